/*
 * Preloaded into linux.uml. It sets the floating-point registers of its processes from an area of the size that it was built for; Linux wants the
 * whole extended state or refuses with EFAULT (xstateregs_set in arch/x86/kernel/fpu/regset.c), and with AMX the whole is larger than that. What is
 * beyond is zero, the initial state, in a guest that knows nothing of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NT_X86_XSTATE 0x202

static unsigned char whole[1 << 16];
static size_t whole_length;

static int learn_length(pid_t pid)
{
    struct iovec state = { whole, sizeof whole };
    if (whole_length == 0) {
        if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &state) < 0) return -1;
        whole_length = state.iov_len;
        memset(whole, 0, sizeof whole);
    }
    return 0;
}

long ptrace(enum __ptrace_request request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    pid_t pid = va_arg(arguments, pid_t);
    void *address = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);

    if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
        const struct iovec *part = data;
        if (learn_length(pid) < 0) return -1;
        if (part->iov_len < whole_length) {
            struct iovec state = { whole, whole_length };
            memcpy(whole, part->iov_base, part->iov_len);
            return syscall(SYS_ptrace, request, pid, address, &state);
        }
    }

    /* As the C library has it: what is peeked is returned, not stored. */
    long word;
    int peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER;
    long result = syscall(SYS_ptrace, request, pid, address, peeks ? &word : data);
    if (!peeks || result < 0) return result;
    errno = 0;
    return word;
}

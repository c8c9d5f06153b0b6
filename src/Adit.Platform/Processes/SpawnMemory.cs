using System.Runtime.InteropServices;
using System.Text;

namespace Adit.Platform.Processes;

/// <summary>Text and arrays of text as execve(2) takes them, in memory that does not move. Released together.</summary>
internal sealed unsafe class SpawnMemory : IDisposable
{
    private readonly List<nint> _blocks = [];

    /// <summary>Zeroed octets.</summary>
    public void* Zeroed(int length)
    {
        void* block = NativeMemory.AllocZeroed((nuint)length);
        _blocks.Add((nint)block);
        return block;
    }

    /// <summary>A text that ends with a zero octet.</summary>
    /// <exception cref="ArgumentException">It has a zero octet within.</exception>
    public byte* Text(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("process: expected text without zero octets", nameof(text));
        int length = Encoding.UTF8.GetByteCount(text);
        byte* at = (byte*)Zeroed(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(at, length));
        return at;
    }

    /// <summary>An array of texts that ends with a null pointer.</summary>
    public byte** Texts(IReadOnlyList<string> texts)
    {
        byte** array = (byte**)Zeroed((texts.Count + 1) * sizeof(byte*));
        for (int i = 0; i < texts.Count; i++) array[i] = Text(texts[i]);
        return array;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint block in _blocks) NativeMemory.Free((void*)block);
        _blocks.Clear();
    }
}

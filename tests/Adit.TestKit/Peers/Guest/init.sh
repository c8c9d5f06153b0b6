#!/bin/sh
# The first program of a guest of UmlGuest, which replaces what is in at signs. The host's file system is the root, read-only.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs run /run
mkdir -p /run/modules/lib/modules
ln -s "/usr/lib/uml/modules/$(uname -r)" /run/modules/lib/modules/
modprobe -d /run/modules -a ipv6 @MODULES@
ip -batch - <<'BATCH'
link set lo up
@COMMANDS@
BATCH
exec /usr/bin/python3 -I '@FOLDER@/guest_agent.py'

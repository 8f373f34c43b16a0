# Keeps a folder and the server in it. Commands are lines on standard input, each answered with one line. At the end of
# the input, which the end of the parent causes in any case, this script ends the server and removes the folder.

folder=$1
server=
signal=KILL
cd "$folder" || exit 1
# The parent may have closed the pipe when an answer is written.
trap '' PIPE

# Runs a command to its end; prints its status.
run() {
    "$@" </dev/null >>log 2>&1
    echo "$?"
}

# Starts the server. Arguments: the signal that ends it, and its command. Prints its process id.
start() {
    signal=$1
    shift
    "$@" </dev/null >>log 2>&1 &
    server=$!
    echo "$server"
}

# Prints the state of the server. The shell reaps an ended server while it waits for `sleep`.
look() {
    sleep 0.01
    if kill -0 "$server" 2>/dev/null; then
        echo running
    else
        server=
        echo ended
    fi
}

# Repeats the signal, because a starting server ignores it. A stopped (SIGSTOP) server must continue to receive it.
end() {
    while [ -n "$server" ] && kill -s "$signal" "$server" 2>/dev/null; do
        kill -s CONT "$server" 2>/dev/null
        sleep 0.02
    done
    server=
}

stop() {
    end
    echo stopped
}

while read -r order; do
    eval "$order"
done
end
cd /
# Processes of a server that ended without a signal may still write a last file.
rm -rf "$folder" || { sleep 1 && rm -rf "$folder"; }

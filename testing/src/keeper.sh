# Keeps a folder and the server in it. Orders are lines on standard input, each answered with a line. The end of the
# input, which comes however the process that gives the orders ends, is the order to end the server and remove the folder.

folder=$1
server=
signal=KILL
cd "$folder" || exit 1
# Nobody may be left to hear an answer.
trap '' PIPE

# A command that ends by itself; answers its status.
run() {
    "$@" </dev/null >>log 2>&1
    echo "$?"
}

# The signal that will end it, and the server's command; answers its process id.
start() {
    signal=$1
    shift
    "$@" </dev/null >>log 2>&1 &
    server=$!
    echo "$server"
}

# Whether the server runs. That it ended is noticed while another process is waited for.
look() {
    sleep 0.01
    if kill -0 "$server" 2>/dev/null; then
        echo running
    else
        server=
        echo ended
    fi
}

# Again and again, since a server that is just starting ignores the signal. One that was halted has to go on to hear it.
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
# Who lost its server without a signal may write a last file.
rm -rf "$folder" || { sleep 1 && rm -rf "$folder"; }

//! Processes: what a desk starts, and what is to be left of it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where desks listen: below the ports that Linux hands out, as that of a desk has to stay free while it is down, and
/// below those of the tests' Kafka.
const PORTS: std::ops::Range<u32> = 10_000..20_000;

/// Ends what a test process leaves running: waits until its input ends, which it does when that
/// process is gone, however it went. `$1` is Docket's process id, `$2` the folder to remove, which
/// may hold a private Postgres.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
read -r word
[ "$word" = done ] && exit
kill -KILL "$1" 2>/dev/null
file="$2/data/postgres/postmaster.pid"
if read -r pid < "$file"; then
    kill -QUIT "$pid"
    tries=0
    while [ -e "$file" ] && kill -0 "$pid" && [ "$tries" -lt 100 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
fi 2>/dev/null
rm -rf "$2"
"#;

/// Starts the watchdog of a program and its folder.
pub(super) fn guard(pid: u32, folder: &Path) -> Child {
    Command::new("/bin/sh")
        .args(["-c", WATCHDOG, "watchdog", &pid.to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .process_group(0)
        .spawn()
        .expect("a shell can be run")
}

/// Prints the end of a log.
pub(super) fn print_end(log: &str) {
    const LINES: usize = 40;
    let lines: Vec<&str> = log.lines().collect();
    eprintln!("--- the end of the desk's log ---");
    for line in &lines[lines.len().saturating_sub(LINES)..] {
        eprintln!("{line}");
    }
}

/// Tells a watchdog that there is nothing left to guard.
pub(super) fn stand_down(watchdog: &mut Child) {
    use std::io::Write;
    if let Some(mut input) = watchdog.stdin.take() {
        drop(input.write_all(b"done\n"));
    }
    drop(watchdog.wait());
}

/// Sends a signal, such as `-KILL`, to a process that may have gone. The shell knows how without further programs.
pub(super) fn kill(signal: &str, pid: &str) {
    let status = Command::new("/bin/sh")
        .args(["-c", "kill \"$@\"", "kill", signal, pid])
        .stderr(Stdio::null())
        .status();
    let _unimportant = status.expect("a shell can be run");
}

/// The processes that this one started.
pub(super) fn children(pid: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("processes can be listed");
    let parent_of = |name: &str| {
        let stat = fs::read_to_string(format!("/proc/{name}/stat")).ok()?;
        // After the name, which may hold anything: state, parent.
        stat.rsplit_once(") ")?.1.split(' ').nth(1).map(str::to_owned)
    };
    processes
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.bytes().all(|b| b.is_ascii_digit()))
        .filter(|name| parent_of(name).as_deref() == Some(pid))
        .collect()
}

/// An address that nobody listens on now, and no other desk of this process gets. Each process begins elsewhere, so that
/// runs at the same time seldom choose the same.
pub(super) fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(137);
    loop {
        let at = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(PORTS.start + at % (PORTS.end - PORTS.start));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.expect("a range of ports")));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

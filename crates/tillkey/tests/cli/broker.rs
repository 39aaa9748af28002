//! `tillkey serve` and `tillkey terminal` with a broker between them.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;
use crate::served::Served;

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Mosquitto on a free port of this machine, as it is without a configuration.
fn mosquitto() -> (Running, u16) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    // Debian puts it where not everybody's path looks.
    let debians = Path::new("/usr/sbin/mosquitto");
    let program = if debians.is_file() {
        debians
    } else {
        Path::new("mosquitto")
    };
    let started = Command::new(program)
        .args(["-p", &port.to_string()])
        .stderr(Stdio::null())
        .spawn();
    let running = Running(started.expect("there is no Mosquitto: cargo xtask install brings it"));
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it listens");
    }
    (running, port)
}

/// A configuration with a broker, and the mode of the password's file.
fn configure(sandbox: &Sandbox, port: u16, mode: u32) {
    let secret = sandbox.path("secret");
    fs::write(&secret, "open sesame\n").unwrap();
    fs::set_permissions(&secret, Permissions::from_mode(mode)).unwrap();
    let text = format!(
        "listen = '127.0.0.1:0'\n[mqtt]\nurl = 'mqtt://127.0.0.1:{port}'\n\
         username = 'server'\npassword_file = 'secret'\n"
    );
    fs::write(sandbox.path("tillkey.toml"), text).unwrap();
}

#[test]
fn a_password_that_others_may_read_is_refused_before_anything_is_served() {
    let sandbox = Sandbox::new();
    configure(&sandbox, 1, 0o640);
    let served = sandbox.run(&["serve", "--config", "tillkey.toml"]);
    assert_eq!(served.status, 1, "{served}");
    assert!(served.stderr.contains("can be read by others"), "{served}");
    let looked = sandbox.run(&["doctor", "--config", "tillkey.toml"]);
    assert_eq!(looked.status, 1, "{looked}");
    assert!(looked.stdout.contains("WRONG  broker"), "{looked}");
    assert!(!format!("{served}{looked}").contains("sesame"));

    configure(&sandbox, 1, 0o600);
    let looked = sandbox.run(&["doctor", "--config", "tillkey.toml"]);
    assert_eq!(looked.status, 0, "{looked}");
    assert!(looked.stdout.contains("ok     broker"), "{looked}");
}

#[test]
fn a_terminal_is_answered_over_a_broker() {
    let (_broker, port) = mosquitto();
    let sandbox = Sandbox::new();
    configure(&sandbox, port, 0o600);
    let line = ["serve", "--config", "tillkey.toml", "--json"];
    let served = Served::start(&mut sandbox.command(&line));
    let server = format!("mqtt://till-1@127.0.0.1:{port}");
    let mut terminal = sandbox.command(&["terminal", "--json", "--server", &server]);
    let started = terminal
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut terminal = Running(started.unwrap());
    let mut typed = terminal.0.stdin.take().unwrap();
    writeln!(typed, "enrol 0000-0000-0000").unwrap();
    let mut said = BufReader::new(terminal.0.stdout.take().unwrap()).lines();
    // The answer to a code that is not one: it went to the server and came back.
    let refused = said.find(|line| line.as_ref().unwrap().contains("enrolment_refused"));
    assert!(refused.is_some());
    drop(typed);
    assert_eq!(terminal.0.wait().unwrap().code(), Some(0));
    assert_eq!(served.signal("-TERM"), Some(0));
}

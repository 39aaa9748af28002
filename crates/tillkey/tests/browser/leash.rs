//! Programs that end with the test run, however it ends.
//!
//! What all tests share lives in a `static`, which is never dropped. So a shell stands
//! between: it waits until its standard input closes, which the kernel sees to when a
//! process is gone, ends its whole group, and takes the group's folder away.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const SCRIPT: &str = r#"
folder=$1; shift
"$@" </dev/null &
exec >/dev/null 2>&1
read -r _
trap '' TERM
kill -TERM 0
wait
until rm -rf -- "$folder"; do :; done
"#;

/// A running program.
pub(crate) struct Leash {
    shell: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Leash {
    /// Starts a program that works in a folder of its own, where its errors go, too.
    pub(crate) fn start(folder: &Path, program: &str, arguments: &[&str]) -> Self {
        let errors = std::fs::File::create(folder.join("errors.txt")).unwrap();
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "leash"])
            .arg(folder)
            .arg(program)
            .args(arguments)
            .current_dir(folder)
            .env("TMPDIR", folder)
            .env_remove("TILLKEY_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .process_group(0)
            .spawn()
            .unwrap();
        let stdout = shell.stdout.take().unwrap();
        Self {
            shell,
            lines: BufReader::new(stdout).lines(),
        }
    }

    /// The next line that it prints; none when it has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        self.lines.next().map(Result::unwrap)
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

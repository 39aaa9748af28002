//! A PostgreSQL server of one's own, for tests and measurements: made in a folder, reached
//! by a socket in it, gone when it is dropped or when its process ends.
//!
//! It is the server that is installed on the machine, with its durability as delivered.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::postgres::Address;
use crate::threads::rest;

/// How long a server may take until it answers.
const START_WAIT_MAX: Duration = Duration::from_secs(60);
/// How soon it is asked again.
const START_PAUSE: Duration = Duration::from_millis(20);

/// Runs the server for as long as its standard input is open, which ends with whoever
/// started it, however that one ends.
const KEEPER: &str = r#"trap '' INT TERM
"$@" &
server=$!
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server"
if [ -n "$SWEEP" ]; then rm -rf -- "$SWEEP"; fi"#;

/// What can be wrong with a server of one's own.
#[derive(Debug, thiserror::Error)]
pub enum ClusterFault {
    /// It is not installed.
    #[error("PostgreSQL is not installed: apt-get install postgresql")]
    NotInstalled,
    /// A program of it does not run.
    #[error("PostgreSQL's {program} failed: {said}")]
    Program {
        /// Which one.
        program: &'static str,
        /// What it said.
        said: String,
    },
    /// The folder cannot be used.
    #[error("the folder of the server cannot be used")]
    Folder(#[from] io::Error),
    /// It does not answer.
    #[error("the server does not answer: see {}", .log.display())]
    Silent {
        /// What it said of itself.
        log: PathBuf,
    },
}

/// The server of this process: started when it is first asked for, and gone with the
/// process. It does not sync, since nothing of it is wanted any longer.
///
/// # Errors
/// [`ClusterFault`].
pub fn shared() -> Result<&'static Cluster, ClusterFault> {
    static SHARED: Mutex<Option<&'static Cluster>> = Mutex::new(None);
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = *shared {
        return Ok(cluster);
    }
    let folder = std::env::temp_dir().join(format!("tillkey-server-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let mut cluster = Cluster::made(&folder, &["fsync=off"])?;
    cluster.is_swept = true;
    cluster.run()?;
    Ok(shared.insert(Box::leak(Box::new(cluster))))
}

/// A server of one's own.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// As whom it runs: the server refuses to run as root.
    user: Option<(u32, u32)>,
    settings: Vec<String>,
    /// Whether its folder goes with it.
    is_swept: bool,
    keeper: Option<Child>,
}

impl Cluster {
    /// Makes a server in an empty folder and starts it. Settings are as on its command
    /// line: `shared_buffers=256MB`.
    ///
    /// # Errors
    /// [`ClusterFault`].
    pub fn start(folder: &Path, settings: &[&str]) -> Result<Self, ClusterFault> {
        let mut cluster = Self::made(folder, settings)?;
        cluster.run()?;
        Ok(cluster)
    }

    fn made(folder: &Path, settings: &[&str]) -> Result<Self, ClusterFault> {
        let cluster = Self {
            folder: folder.to_owned(),
            programs: programs().ok_or(ClusterFault::NotInstalled)?,
            user: user()?,
            settings: settings.iter().map(|one| (*one).to_owned()).collect(),
            is_swept: false,
            keeper: None,
        };
        if let Some((user, group)) = cluster.user {
            chown(folder, Some(user), Some(group))?;
        }
        let made = cluster
            .command("initdb")
            .arg("--pgdata")
            .arg(cluster.data())
            .args(["--username=tillkey", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--no-instructions"])
            .output()?;
        if !made.status.success() {
            return Err(ClusterFault::Program {
                program: "initdb",
                said: String::from_utf8_lossy(&made.stderr).into_owned(),
            });
        }
        Ok(cluster)
    }

    /// Starts the server again, after [`Cluster::kill`].
    ///
    /// # Errors
    /// [`ClusterFault`].
    pub fn run(&mut self) -> Result<(), ClusterFault> {
        self.end();
        let log = self.folder.join("log");
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper"]);
        command
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(&self.folder)
            .args(["-c", "listen_addresses=", "-c", "max_connections=400"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        if self.is_swept {
            command.env("SWEEP", &self.folder);
        } else {
            command.env_remove("SWEEP");
        }
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        let keeper = command
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(fs::File::options().append(true).create(true).open(&log)?)
            .spawn()?;
        self.keeper = Some(keeper);
        let begun = Instant::now();
        while !self.answers() {
            if begun.elapsed() > START_WAIT_MAX {
                return Err(ClusterFault::Silent { log });
            }
            rest(START_PAUSE);
        }
        Ok(())
    }

    /// Makes a database, with what is in another one where that is named.
    ///
    /// # Errors
    /// [`ClusterFault::Program`].
    pub fn database(&self, name: &str, like: Option<&str>) -> Result<Address, ClusterFault> {
        let template = like.unwrap_or("template0");
        self.psql(
            "postgres",
            &format!(
                "CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
            ),
        )?;
        Ok(self.address(name))
    }

    /// Where a database of this server is.
    pub fn address(&self, database: &str) -> Address {
        Address::on_socket(&self.folder, database, "tillkey")
    }

    /// Where it is, as a configuration says it.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql:///{database}?host={}&user=tillkey",
            self.folder.display()
        )
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Runs a statement through PostgreSQL's own command line, and gives what it says.
    ///
    /// # Errors
    /// [`ClusterFault::Program`] with what it complains of.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, ClusterFault> {
        let ran = self
            .command("psql")
            .arg("-h")
            .arg(&self.folder)
            .args([
                "-U",
                "tillkey",
                "-XAt",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                database,
                "-c",
                sql,
            ])
            .output()?;
        if !ran.status.success() {
            return Err(ClusterFault::Program {
                program: "psql",
                said: String::from_utf8_lossy(&ran.stderr).into_owned(),
            });
        }
        Ok(String::from_utf8_lossy(&ran.stdout).into_owned())
    }

    /// The server's own process, the parent of all others; none where it does not run. A
    /// number that it left behind may be another process's by now, so it is looked at.
    pub fn process(&self) -> Option<u32> {
        let data = self.data();
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let process: u32 = text.lines().next()?.parse().ok()?;
        let line = fs::read(format!("/proc/{process}/cmdline")).ok()?;
        let mut arguments = line.split(|byte| *byte == 0);
        arguments
            .any(|argument| argument == data.as_os_str().as_encoded_bytes())
            .then_some(process)
    }

    /// Kills the server and all of its processes at once, as a power cut would.
    ///
    /// # Errors
    /// [`ClusterFault::Folder`] where `kill` does not run.
    pub fn kill(&mut self) -> Result<(), ClusterFault> {
        // Its backends go by themselves when their parent is gone.
        if let Some(process) = self.process() {
            Command::new("kill")
                .args(["-KILL", &process.to_string()])
                .stderr(Stdio::null())
                .status()?;
        }
        self.end();
        Ok(())
    }

    /// Sends a signal to all of its processes: to stand still, or to go on.
    ///
    /// # Errors
    /// [`ClusterFault::Folder`] where `kill` does not run.
    pub fn signal_all(&self, signal: &str) -> Result<(), ClusterFault> {
        let Some(parent) = self.process() else {
            return Ok(());
        };
        let mut kill = Command::new("kill");
        kill.args([signal, &parent.to_string()]);
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
        kill.args(children.split_whitespace());
        // Some may have gone meanwhile.
        kill.stderr(Stdio::null()).status()?;
        Ok(())
    }

    fn answers(&self) -> bool {
        self.command("pg_isready")
            .arg("-q")
            .arg("-h")
            .arg(&self.folder)
            .status()
            .is_ok_and(|status| status.success())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    fn end(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            // Should it have gone already, so much the better.
            let _ = keeper.wait();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where Debian puts the programs, the newest first; elsewhere they are on the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(version, folder)| *version >= 15 && folder.join("postgres").exists())
        .collect();
    folders.sort();
    let on_path = || {
        std::env::split_paths(&std::env::var_os("PATH")?)
            .find(|folder| folder.join("postgres").exists() && folder.join("initdb").exists())
    };
    folders.pop().map(|(_, folder)| folder).or_else(on_path)
}

/// As whom the server runs, where this process is root's: the user that its package made.
fn user() -> Result<Option<(u32, u32)>, ClusterFault> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let found = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == "postgres").then_some(())?;
        let (_, user, group) = (fields.next()?, fields.next()?, fields.next()?);
        Some((user.parse().ok()?, group.parse().ok()?))
    });
    found.map(Some).ok_or(ClusterFault::NotInstalled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number in the file is that of this very test, which goes on.
    #[test]
    fn a_number_that_is_another_processs_by_now_is_not_signalled() {
        let folder = tempfile::tempdir().unwrap();
        let mut cluster = Cluster {
            folder: folder.path().to_owned(),
            programs: PathBuf::new(),
            user: None,
            settings: Vec::new(),
            is_swept: false,
            keeper: None,
        };
        fs::create_dir(cluster.data()).unwrap();
        let mine = format!("{}\n", std::process::id());
        fs::write(cluster.data().join("postmaster.pid"), mine).unwrap();
        assert_eq!(cluster.process(), None);
        cluster.signal_all("-KILL").unwrap();
        cluster.kill().unwrap();
    }
}

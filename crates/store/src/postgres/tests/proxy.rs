//! A socket between a node and its server that swallows the answer to a COMMIT.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many answers are still to be swallowed.
pub(super) type ToSwallow = Arc<AtomicUsize>;

/// Listens in a folder for whoever takes it for the server's.
pub(super) fn listen(folder: &Path, server: PathBuf) -> ToSwallow {
    let to_swallow = ToSwallow::default();
    let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    let swallows = Arc::clone(&to_swallow);
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = UnixStream::connect(&server).unwrap();
            let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let swallows = Arc::clone(&swallows);
            thread::spawn(move || ask(from, to, &swallows));
            thread::spawn(move || pass(server, client));
        }
    });
    to_swallow
}

/// Passes on what the node says. At a COMMIT of a request, the node is cut off.
fn ask(mut node: UnixStream, mut server: UnixStream, to_swallow: &AtomicUsize) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = node.read(&mut buffer) {
        let said = &buffer[..length];
        let is_commit = String::from_utf8_lossy(said).contains("INSERT INTO commits");
        let less = |left: usize| left.checked_sub(1);
        let swallows = is_commit
            && to_swallow
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
                .is_ok();
        if swallows {
            // The node hears nothing more; the server is told all the same.
            let _ = node.shutdown(Shutdown::Both);
        }
        if server.write_all(said).is_err() || swallows {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
}

/// Passes on what the server says.
fn pass(mut server: UnixStream, mut node: UnixStream) {
    let _ = std::io::copy(&mut server, &mut node);
    let _ = node.shutdown(Shutdown::Both);
}

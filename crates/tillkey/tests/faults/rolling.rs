//! A rolling restart: one node after the other is told to end and comes back, and nobody
//! who asks has to know.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::served::Served;
use crate::town::{Town, rest, serve, stop};

/// A port that is free now, so that a node comes back under the same address.
fn port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What a load balancer does: it asks a node, and where that one takes no connection, the
/// other. Whoever was taken up has to be answered.
fn asks(agent: &ureq::Agent, urls: &[String], number: usize) -> Result<u16, String> {
    let body = json!({
        "channel": "app", "reason": "forgotten", "merchant": "898310054110001",
        "terminal": "10000001", "operator": "01",
    });
    for turn in 0..urls.len() {
        let url = &urls[(number + turn) % urls.len()];
        let asked = agent.post(format!("{url}/v1/cases")).send_json(&body);
        match asked {
            Ok(answer) => return Ok(answer.status().as_u16()),
            Err(ureq::Error::ConnectionFailed) => {}
            Err(ureq::Error::Io(error))
                if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
            Err(error) => return Err(format!("{error:?}")),
        }
    }
    Err("no node takes a connection".to_owned())
}

#[test]
fn a_rolling_restart_fails_no_request() {
    let town = Town::build(0);
    let configs: Vec<PathBuf> = (0..2)
        .map(|node| town.config(&format!("rolling-{node}"), &format!("127.0.0.1:{}", port())))
        .collect();
    let mut nodes: Vec<Option<Served>> = configs.iter().map(|at| Some(serve(at))).collect();
    let urls: Vec<String> = nodes.iter().flatten().map(|node| node.url("")).collect();
    let is_over = AtomicBool::new(false);
    let answers: Vec<Result<u16, String>> = thread::scope(|scope| {
        let asking: Vec<_> = (0..4)
            .map(|number| {
                let (urls, is_over) = (&urls, &is_over);
                scope.spawn(move || {
                    // A connection each, as through a balancer that keeps none.
                    let agent: ureq::Agent = ureq::Agent::config_builder()
                        .max_idle_connections(0)
                        .http_status_as_error(false)
                        .build()
                        .into();
                    let mut answers = Vec::new();
                    while !is_over.load(Ordering::Relaxed) {
                        answers.push(asks(&agent, urls, number + answers.len()));
                        rest(Duration::from_millis(15));
                    }
                    answers
                })
            })
            .collect();
        for (node, config) in nodes.iter_mut().zip(&configs) {
            rest(Duration::from_millis(700));
            let begun = Instant::now();
            stop(node.take().unwrap());
            *node = Some(serve(config));
            println!("a node was away for {:?}", begun.elapsed());
        }
        rest(Duration::from_millis(700));
        is_over.store(true, Ordering::Relaxed);
        let all = asking.into_iter().flat_map(|asking| asking.join().unwrap());
        all.collect()
    });
    println!("{} requests", answers.len());
    assert!(answers.len() > 50, "{}", answers.len());
    for answer in answers {
        // One source opens thirty cases; refused is answered, too.
        assert!(matches!(answer, Ok(202 | 429)), "{answer:?}");
    }
}

//! What the nodes of one installation tell each other: rings, and which terminals are
//! linked where.
//!
//! 1. A node that joins says hello, and every other one answers with what it has.
//! 2. It says its rings as they come, many at once where many come, and who came and went.
//! 3. It gives a sign of life every [`NODE_BEAT_EVERY`]. Whoever is silent for longer is gone.
//! 4. Where its line breaks, it joins again, says everything anew, and lets everybody here
//!    look: something may have rung meanwhile.
//!
//! Nothing depends on a word to arrive. A terminal's link to another node is known a moment
//! later than one to this node, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use tillkey_store::fault::Fault;
use tillkey_store::limits::WORD_BYTES_MAX;
use tillkey_store::{Address, Conversation};
use tillkey_wire::ids::TerminalId;
use tokio::sync::{mpsc, watch};
use tokio::time::{interval, sleep, timeout};

use crate::bell::Ring;
use crate::limits::{NODE_BEAT_EVERY, NODE_JOIN_AGAIN_AFTER, RINGS_AT_ONCE_MAX};
use crate::presence::NodeId;
use crate::shell::Shell;

/// Says and hears until the shutdown. Returns at once where there are no other nodes.
pub async fn run(shell: Shell, mut shutdown: watch::Receiver<bool>) {
    let (Some(address), Some(mut rings)) =
        (shell.config().database.clone(), shell.bell().to_carry())
    else {
        return;
    };
    let mut node = Node {
        id: rand::RngCore::next_u64(&mut shell.rng()),
        shell,
        said: None,
    };
    loop {
        let talked = tokio::select! {
            talked = node.talk(&address, &mut rings) => talked,
            () = told(&mut shutdown) => {
                node.say_good_bye(&address).await;
                return;
            }
        };
        if let Err(fault) = talked {
            let fault: &dyn std::error::Error = &fault;
            tracing::warn!(fault, "the other nodes are not heard");
        }
        tokio::select! {
            () = sleep(NODE_JOIN_AGAIN_AFTER) => {}
            () = told(&mut shutdown) => return,
        }
    }
}

/// Resolves at the shutdown. That nobody can tell any more means the same.
async fn told(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|shutdown| *shutdown).await;
}

/// This node.
struct Node {
    id: NodeId,
    shell: Shell,
    /// What the others know: the terminals here, and how often those had changed then. None
    /// where somebody may know nothing or something old: everything is said anew.
    said: Option<(BTreeSet<TerminalId>, u64)>,
}

impl Node {
    /// Talks over one connection until it breaks.
    async fn talk(
        &mut self,
        address: &Address,
        rings: &mut mpsc::Receiver<Ring>,
    ) -> Result<(), Fault> {
        let mut conversation = Conversation::join(address).await?;
        self.said = None;
        conversation.say(&format!("{} hello", self.id)).await?;
        self.shell.bell().ring_here(Ring::Anything);
        let mut beats = interval(NODE_BEAT_EVERY);
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                heard = conversation.hear() => match heard {
                    Some(text) => {
                        if self.hear(&text) {
                            self.said = None;
                            self.say(&conversation, &[]).await?;
                        }
                    }
                    None => return Err(Fault::Unreachable),
                },
                count = rings.recv_many(&mut batch, RINGS_AT_ONCE_MAX) => {
                    if count == 0 {
                        return Ok(());
                    }
                    self.say(&conversation, &batch).await?;
                    batch.clear();
                }
                _ = beats.tick() => self.say(&conversation, &[]).await?,
            }
        }
    }

    /// Says rings, and which terminals came and went since it last spoke; at least that it
    /// is there.
    async fn say(&mut self, conversation: &Conversation, rings: &[Ring]) -> Result<(), Fault> {
        let mut text = match self.said {
            None => format!("{} anew", self.id),
            Some(_) => self.id.to_string(),
        };
        let (before, changes) = self.said.take().unwrap_or_default();
        let news = self.shell.presence().here_since(changes);
        let here = || news.iter().map(|(here, _)| here);
        let came = here()
            .flat_map(|here| here.difference(&before))
            .map(|terminal| format!("came {terminal}"));
        let went = here()
            .flat_map(|here| before.difference(here))
            .map(|terminal| format!("went {terminal}"));
        let rang = rings.iter().map(Ring::to_string);
        for line in came.chain(went).chain(rang) {
            if text.len() + 1 + line.len() > WORD_BYTES_MAX {
                conversation.say(&text).await?;
                text = self.id.to_string();
            }
            text.push('\n');
            text.push_str(&line);
        }
        conversation.say(&text).await?;
        self.said = Some(news.unwrap_or((before, changes)));
        Ok(())
    }

    /// Hears what a node says, and tells whether everything is to be said anew.
    fn hear(&self, text: &str) -> bool {
        let mut lines = text.split('\n');
        let head = lines.next().unwrap_or_default();
        let (node, word) = head.split_once(' ').unwrap_or((head, ""));
        let Ok(node) = node.parse::<NodeId>() else {
            return false;
        };
        if node == self.id {
            return false;
        }
        let presence = self.shell.presence();
        if word == "bye" {
            presence.left(node);
            return false;
        }
        let (mut came, mut went) = (Vec::new(), Vec::new());
        for line in lines {
            match line.split_once(' ') {
                Some(("came", terminal)) => came.extend(terminal.parse::<TerminalId>()),
                Some(("went", terminal)) => went.extend(terminal.parse::<TerminalId>()),
                _ => {
                    if let Ok(ring) = line.parse() {
                        self.shell.bell().ring_here(ring);
                    }
                }
            }
        }
        let is_anew = matches!(word, "hello" | "anew");
        presence.heard(node, is_anew, (&came, &went));
        word == "hello"
    }

    /// Lets the others know that the terminals here are on their way elsewhere.
    async fn say_good_bye(&self, address: &Address) {
        const GOOD_BYE_WAIT_MAX: Duration = Duration::from_secs(2);
        let said = timeout(GOOD_BYE_WAIT_MAX, async {
            Conversation::join(address)
                .await?
                .say(&format!("{} bye", self.id))
                .await
        });
        if !matches!(said.await, Ok(Ok(()))) {
            // They notice by its silence.
            tracing::debug!("the other nodes did not hear good-bye");
        }
    }
}

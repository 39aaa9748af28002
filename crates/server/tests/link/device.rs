//! A device that speaks the link by hand, to say what no terminal would.

use ed25519_dalek::{SigningKey, VerifyingKey};
use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use tillkey_terminal::wire::code::EnrolmentCode;
use tillkey_terminal::wire::enrolment::{Answer, Candidate, CodeKey, DeviceKey, Nonce, Request};
use tillkey_terminal::wire::envelope::Unverified;
use tillkey_terminal::wire::ids::{SessionId, TerminalId};
use tillkey_terminal::wire::message::{
    Capabilities, FromServer, FromTerminal, Order, Reply, Report,
};
use tillkey_terminal::wire::snapshot::BackupIdentity;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use x25519_dalek::StaticSecret;

use crate::world::{World, serial_number, soon};

/// What opens the backups of every device here.
pub(crate) fn backup_identity() -> BackupIdentity {
    BackupIdentity::new(&StaticSecret::from([9; 32])).unwrap()
}

/// An enrolled device with its key in the open.
pub(crate) struct Device {
    pub(crate) terminal: TerminalId,
    pub(crate) key: SigningKey,
    server_key: VerifyingKey,
    counter: u64,
}

impl Device {
    pub(crate) async fn enrol(world: &World, index: u32) -> Self {
        let (_, code) = world.terminal(index).await;
        Self::enrol_with(world, index, &code).await
    }

    pub(crate) async fn enrol_with(world: &World, index: u32, code: &EnrolmentCode) -> Self {
        let mut seed = [7; 32];
        seed[..4].copy_from_slice(&index.to_be_bytes());
        let key = SigningKey::from_bytes(&seed);
        let code = CodeKey::derive(code).unwrap();
        let candidate = Candidate {
            serial_number: serial_number(index).parse().unwrap(),
            model: "T1".parse().unwrap(),
            firmware: "1.0".parse().unwrap(),
            device_key: DeviceKey::from_bytes(key.verifying_key().as_bytes()).unwrap(),
            backup_key: backup_identity().key().clone(),
            nonce: Nonce::from_bytes(&[1; 32]).unwrap(),
        };
        let request = Request::new(candidate, &code).unwrap();
        let mut line = Line::open(world).await;
        line.say(request.sign(&key).unwrap()).await;
        let answer = line.hear().await.unwrap();
        let answer = Answer::open(&Unverified::parse(&answer).unwrap(), &request, &code).unwrap();
        let Answer::Enrolled { enrolled, .. } = answer else {
            panic!("not enrolled")
        };
        let server_key = enrolled.server_key.verifying_key().unwrap();
        Self {
            terminal: enrolled.terminal,
            key,
            server_key,
            counter: 0,
        }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// A report under a counter.
    pub(crate) fn report(&self, counter: u64, report: Report) -> Vec<u8> {
        FromTerminal { counter, report }
            .sign(self.terminal, &self.key)
            .unwrap()
    }

    pub(crate) fn hello(&mut self) -> Vec<u8> {
        let counter = self.next();
        self.report(counter, hello())
    }

    /// A harmless report, each with a counter of its own.
    pub(crate) fn sign_off(&mut self) -> Vec<u8> {
        let counter = self.next();
        let session = SessionId::from_bytes([3; 10]);
        self.report(counter, Report::SignOff { session })
    }

    /// Connects and is welcomed.
    pub(crate) async fn connect(&mut self, world: &World) -> Line {
        let mut line = Line::open(world).await;
        line.say(self.hello()).await;
        assert!(matches!(self.reply(&mut line).await, Reply::Welcome(_)));
        line
    }

    /// Connects as a terminal that keeps a journal, and is welcomed.
    pub(crate) async fn connect_with_journal(&mut self, world: &World) -> Line {
        let mut line = Line::open(world).await;
        let counter = self.next();
        line.say(self.report(counter, hello_of(true))).await;
        assert!(matches!(self.reply(&mut line).await, Reply::Welcome(_)));
        line
    }

    /// Says something and hears the answer.
    pub(crate) async fn ask(&mut self, line: &mut Line, report: Report) -> Reply {
        let counter = self.next();
        line.say(self.report(counter, report)).await;
        self.reply(line).await
    }

    pub(crate) async fn message(&self, line: &mut Line) -> FromServer {
        let frame = line
            .hear()
            .await
            .unwrap_or_else(|why| panic!("closed: {why}"));
        let frame = Unverified::parse(&frame).unwrap();
        FromServer::open(&frame, self.terminal, &self.server_key).unwrap()
    }

    /// The reply to the last report.
    pub(crate) async fn reply(&self, line: &mut Line) -> Reply {
        match self.message(line).await {
            FromServer::Reply { in_reply_to, reply } => {
                assert_eq!(in_reply_to, self.counter);
                reply
            }
            FromServer::Command(order) => panic!("a command: {order:?}"),
        }
    }

    pub(crate) async fn order(&self, line: &mut Line) -> Order {
        match self.message(line).await {
            FromServer::Command(order) => order,
            FromServer::Reply { reply, .. } => panic!("a reply: {reply:?}"),
        }
    }
}

pub(crate) fn hello() -> Report {
    hello_of(false)
}

/// The greeting of a terminal that keeps a journal, or of one that keeps none.
fn hello_of(journal: bool) -> Report {
    Report::Hello {
        model: "T1".parse().unwrap(),
        firmware: "1.0".parse().unwrap(),
        capabilities: Capabilities {
            journal,
            precheck: false,
        },
        last_command: 0,
        clock: Timestamp::UNIX_EPOCH,
    }
}

/// A raw connection.
pub(crate) struct Line(pub(crate) WebSocketStream<TcpStream>);

impl Line {
    pub(crate) async fn open(world: &World) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        let stream = socket.connect(world.address).await.unwrap();
        let (line, _) = client_async(format!("ws://{}/v1/link", world.address), stream)
            .await
            .unwrap();
        Self(line)
    }

    pub(crate) async fn say(&mut self, frame: Vec<u8>) {
        self.0.send(Message::Binary(frame.into())).await.unwrap();
    }

    /// The next frame, or why there is none.
    pub(crate) async fn hear(&mut self) -> Result<Vec<u8>, String> {
        loop {
            match soon("frame", self.0.next()).await {
                Some(Ok(Message::Binary(frame))) => return Ok(frame.to_vec()),
                Some(Ok(Message::Close(Some(close)))) => {
                    return Err(format!("{} {}", u16::from(close.code), close.reason));
                }
                Some(Ok(_)) => {}
                Some(Err(fault)) => return Err(fault.to_string()),
                None => return Err("gone".to_owned()),
            }
        }
    }

    /// Why the server closes, passing over what it says before.
    pub(crate) async fn end(&mut self) -> String {
        loop {
            if let Err(why) = self.hear().await {
                return why;
            }
        }
    }
}

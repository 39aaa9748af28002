//! A terminal, a bank, and the cable between them.

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tillkey_terminal::wire::code::{EnrolmentCode, ResetCode};
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::message::{Capabilities, FromServer, Order};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Device, Fault, Notice, Profile, Step, Terminal};

use crate::bank::Bank;
use crate::devices::Memory;

pub(crate) const CASHIER: u8 = 5;

pub(crate) fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

pub(crate) fn password(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn profile() -> Profile {
    Profile {
        serial_number: "SN-4471920".parse().unwrap(),
        model: "A920 Pro".parse().unwrap(),
        firmware: "1.4.2".parse().unwrap(),
        capabilities: Capabilities {
            journal: false,
            precheck: false,
        },
    }
}

pub(crate) struct World<D> {
    pub(crate) profile: Profile,
    pub(crate) bank: Bank,
    pub(crate) code: EnrolmentCode,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) terminal: Option<Terminal<D>>,
}

impl World<Memory> {
    /// An enrolled and connected terminal with operators 00, 05 and 06.
    pub(crate) fn enrolled(seed: u64) -> (Self, Memory) {
        let memory = Memory::new();
        let mut world = World::new(seed);
        world.open(memory.clone()).unwrap();
        world.enrol().unwrap();
        world.connect().unwrap();
        (world, memory)
    }

    /// As [`Self::enrolled`], with a journal.
    pub(crate) fn enrolled_with_journal(seed: u64) -> (Self, Memory) {
        let memory = Memory::new();
        let mut world = World::new(seed);
        world.open_with_journal(memory.clone()).unwrap();
        world.enrol().unwrap();
        world.connect().unwrap();
        (world, memory)
    }

    /// The power goes and comes back.
    pub(crate) fn restart(&mut self, memory: &Memory) {
        self.terminal = None;
        memory.plug.borrow_mut().back_on();
        self.open(memory.clone()).unwrap();
    }
}

impl<D: Device> World<D> {
    pub(crate) fn new(seed: u64) -> Self {
        let (bank, code) = Bank::new(seed, &[0, CASHIER, 6]);
        let rng = ChaCha20Rng::seed_from_u64(seed + 1_000);
        Self {
            profile: profile(),
            bank,
            code,
            rng,
            terminal: None,
        }
    }

    pub(crate) fn open(&mut self, device: D) -> Result<(), Fault> {
        self.terminal = Some(Terminal::open(device, self.profile.clone())?);
        Ok(())
    }

    pub(crate) fn open_with_journal(&mut self, device: D) -> Result<(), Fault> {
        self.profile.capabilities.journal = true;
        self.open(device)
    }

    pub(crate) fn terminal(&mut self) -> &mut Terminal<D> {
        self.terminal.as_mut().unwrap()
    }

    /// Carries frames to and fro until nobody has anything to say.
    pub(crate) fn carry(&mut self, step: Step) -> Result<Vec<Notice>, Fault> {
        let Step {
            mut frames,
            mut notices,
        } = step;
        while !frames.is_empty() {
            let mut next = Vec::new();
            for frame in frames {
                let Some(answer) = self.bank.hear(&frame) else {
                    continue;
                };
                let step = self
                    .terminal
                    .as_mut()
                    .unwrap()
                    .receive(&answer, &mut self.rng)?;
                next.extend(step.frames);
                notices.extend(step.notices);
            }
            frames = next;
        }
        Ok(notices)
    }

    /// Carries so many messages, of either side; then the cable is pulled. Says how many
    /// there were.
    pub(crate) fn carry_some(&mut self, step: Step, most: usize) -> usize {
        let mut carried = 0;
        let mut frames = step.frames;
        while !frames.is_empty() {
            let mut next = Vec::new();
            for frame in frames {
                if carried >= most {
                    let _ = self.terminal().disconnected();
                    return carried;
                }
                let answer = self.bank.hear(&frame).unwrap();
                carried += 1;
                if carried >= most {
                    let _ = self.terminal().disconnected();
                    return carried;
                }
                carried += 1;
                let terminal = self.terminal.as_mut().unwrap();
                let step = terminal.receive(&answer, &mut self.rng).unwrap();
                next.extend(step.frames);
            }
            frames = next;
        }
        carried
    }

    pub(crate) fn enrol(&mut self) -> Result<Vec<Notice>, Fault> {
        let step = self
            .terminal
            .as_mut()
            .unwrap()
            .enrol(&self.code, &mut self.rng)?;
        self.carry(step)?;
        self.connect()
    }

    pub(crate) fn connect(&mut self) -> Result<Vec<Notice>, Fault> {
        let step = self.terminal().connected()?;
        self.carry(step)
    }

    pub(crate) fn begin_sign_on(&mut self, number: u8, text: &str) -> Result<Step, Fault> {
        let terminal = self.terminal.as_mut().unwrap();
        terminal.sign_on(operator(number), password(text), &mut self.rng)
    }

    /// Whether the operator is signed on with this password.
    pub(crate) fn signs_on(&mut self, number: u8, text: &str) -> Result<bool, Fault> {
        let step = self.begin_sign_on(number, text)?;
        let notices = self.carry(step)?;
        Ok(match notices.last() {
            Some(Notice::SignedOn { .. }) => true,
            Some(Notice::WrongPassword { .. }) => false,
            other => panic!("{other:?}"),
        })
    }

    pub(crate) fn redeem(&mut self, number: u8, code: ResetCode) -> Result<Vec<Notice>, Fault> {
        let step = self.terminal().redeem(operator(number), code)?;
        self.carry(step)
    }

    pub(crate) fn begin_choice(&mut self, number: u8, text: &str) -> Result<Step, Fault> {
        let terminal = self.terminal.as_mut().unwrap();
        terminal.choose_password(operator(number), password(text), &mut self.rng)
    }

    pub(crate) fn choose(&mut self, number: u8, text: &str) -> Result<Vec<Notice>, Fault> {
        let step = self.begin_choice(number, text)?;
        self.carry(step)
    }

    /// From the code on the screen to a password that works.
    pub(crate) fn first_password(&mut self, number: u8, text: &str) -> Result<(), Fault> {
        let step = self.terminal().first_password(operator(number))?;
        let mut notices = self.carry(step)?;
        let Some(Notice::CodeOnScreen { code, .. }) = notices.pop() else {
            panic!("{notices:?}");
        };
        self.redeem(number, code)?;
        self.choose(number, text)?;
        Ok(())
    }

    /// From a code that the bank sent to a password that works.
    pub(crate) fn reset(&mut self, number: u8, text: &str) -> Result<Vec<Notice>, Fault> {
        let (_, code) = self.bank.issue(operator(number));
        self.redeem(number, code)?;
        self.choose(number, text)
    }

    /// Delivers a command.
    pub(crate) fn deliver(&mut self, order: &Order) -> Result<Vec<Notice>, Fault> {
        let step = self.hand_over(order)?;
        self.carry(step)
    }

    /// Delivers a command, and leaves what it comes to uncarried.
    pub(crate) fn hand_over(&mut self, order: &Order) -> Result<Step, Fault> {
        let frame = self.bank.sign(&FromServer::Command(order.clone()));
        self.terminal
            .as_mut()
            .unwrap()
            .receive(&frame, &mut self.rng)
    }
}

//! The thin part around the model: keys and ticks in, the till in and out, the screen
//! drawn.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::Offset;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{
    self, Event as Typed, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
};
use tillkey_server::clock::Clock;
use tillkey_terminal::wire::code::EnrolmentCode;
use tillkey_terminal::wire::ids::SerialNumber;
use tillkey_terminal::{FileDevice, Standing, Terminal};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::model::{Effect, Event, Key, Model, Start};
use super::profile::{DeviceFile, Folder};
use super::view::draw;
use super::words::Language;
use crate::failed::Failed;
use crate::till::{Act, Server, Till, Told, View};

/// How often the clock on the screen is looked at.
const TICK: Duration = Duration::from_millis(250);
/// How often the device's condition is looked at.
pub(super) const LOOK: Duration = Duration::from_secs(2);
/// How many keys may wait.
const KEYS_MAX: usize = 64;
/// How long a till gets to say its last words when it is switched off.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// What a terminal is made of.
pub(super) struct Desk {
    pub(super) folder: Folder,
    pub(super) device: DeviceFile,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rng: StdRng,
}

/// How it is shown.
pub(super) struct Shown {
    pub(super) language: Language,
    pub(super) offset: Offset,
}

/// A till that runs.
struct Running {
    till: Till,
    told: mpsc::Receiver<Told>,
    server: String,
    serial_number: SerialNumber,
}

/// Something to look at.
enum Happened {
    Typed(Typed),
    Tick,
    Told(Told),
    Changed,
    Nothing,
}

/// Runs the terminal on the screen until it is left.
pub(super) async fn run(mut desk: Desk, shown: Shown) -> Result<(), Failed> {
    let terminal = desk.open(&desk.device.serial_number)?;
    let is_blank = terminal.standing() == Standing::Blank;
    let enrolling = terminal.standing() == Standing::Enrolling;
    let mut view = View::default();
    let mut running = None;
    if is_blank {
        // Which device it will be, and at which server, is typed first.
        drop(terminal);
    } else {
        let server = desk.device.server.parse();
        let server = server.map_err(Failed::because("the profile's server cannot be used"))?;
        let started = desk.start(terminal, &server)?;
        view = started.till.view().borrow().clone();
        running = Some(started);
    }
    let mut model = Model::new(Start {
        language: shown.language,
        now: desk.clock.now(),
        server: desk.device.server.clone(),
        serial_number: desk.device.serial_number.clone(),
        view,
        enrolling,
    });
    let mut screen = ratatui::try_init().map_err(Failed::because("the screen cannot be used"))?;
    let ran = talk(
        &mut desk,
        &mut model,
        &mut running,
        (&mut screen, shown.offset),
    )
    .await;
    ratatui::restore();
    if let Some(Running { till, told, .. }) = running {
        farewell(till, told).await;
    }
    ran
}

async fn talk(
    desk: &mut Desk,
    model: &mut Model,
    running: &mut Option<Running>,
    (screen, offset): (&mut DefaultTerminal, Offset),
) -> Result<(), Failed> {
    let mut keys = keyboard();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut view = running.as_ref().map(|running| running.till.view());
    loop {
        show(screen, model, offset).map_err(Failed::because("the screen cannot be drawn"))?;
        let happened = tokio::select! {
            typed = keys.recv() => match typed {
                Some(Ok(typed)) => Happened::Typed(typed),
                Some(Err(fault)) => {
                    return Err(Failed::because("the keyboard cannot be read")(fault));
                }
                None => return Ok(()),
            },
            _ = ticks.tick() => Happened::Tick,
            _ = looks.tick() => {
                if let Some(running) = running {
                    running.till.act(Act::ReportHealth).await;
                }
                Happened::Nothing
            }
            told = next_told(running) => match told {
                Some(told) => Happened::Told(told),
                // It has said why it ended.
                None => {
                    *running = None;
                    view = None;
                    Happened::Nothing
                }
            },
            changed = next_view(&mut view) => if changed { Happened::Changed } else { Happened::Nothing },
        };
        // Where the terminal stands is known before what it tells is looked at.
        if let Some(view) = &mut view {
            let seen = view.borrow_and_update().clone();
            model.update(Event::View(seen));
        }
        let effects = match happened {
            Happened::Typed(typed) => key_of(&typed).map(|key| model.update(Event::Key(key))),
            Happened::Tick => Some(model.update(Event::Tick(desk.clock.now()))),
            Happened::Told(told) => Some(model.update(Event::Told(told))),
            Happened::Changed | Happened::Nothing => None,
        };
        for effect in effects.into_iter().flatten() {
            match effect {
                Effect::Leave => return Ok(()),
                Effect::Act(act) => {
                    if let Some(running) = running {
                        running.till.act(act).await;
                    }
                }
                Effect::Enrol {
                    server,
                    serial_number,
                    code,
                } => {
                    desk.enrol(running, (&server, serial_number), code).await?;
                    view = running.as_ref().map(|running| running.till.view());
                }
            }
        }
    }
}

impl Desk {
    pub(super) fn open(
        &self,
        serial_number: &SerialNumber,
    ) -> Result<Terminal<FileDevice>, Failed> {
        self.folder.terminal(serial_number, Arc::clone(&self.clock))
    }

    /// Randomness of its own for a till.
    pub(super) fn rng_of_till(&mut self) -> StdRng {
        StdRng::from_seed(self.rng.r#gen())
    }

    /// The server, with the password of this device's account where it is over a broker.
    pub(super) fn reach(&self, server: &Server) -> Result<Server, Failed> {
        let server = server.clone();
        Ok(match self.folder.broker_password()? {
            Some(password) => server.with_password(password),
            None => server,
        })
    }

    fn start(
        &mut self,
        terminal: Terminal<FileDevice>,
        server: &Server,
    ) -> Result<Running, Failed> {
        let rng = self.rng_of_till();
        let serial_number = self.device.serial_number.clone();
        let (till, told) = Till::start(terminal, self.reach(server)?, rng);
        Ok(Running {
            till,
            told,
            server: server.to_string(),
            serial_number,
        })
    }

    /// Asks to be enrolled, as the device and at the server that were typed.
    async fn enrol(
        &mut self,
        running: &mut Option<Running>,
        (server, serial_number): (&Server, SerialNumber),
        code: EnrolmentCode,
    ) -> Result<(), Failed> {
        let address = server.to_string();
        let fits =
            |running: &Running| running.server == address && running.serial_number == serial_number;
        if let Some(Running { till, told, .. }) = running.take_if(|running| !fits(running)) {
            // It holds the profile's lock until it has ended.
            farewell(till, told).await;
        }
        if running.is_none() {
            self.device = DeviceFile {
                serial_number,
                server: address,
            };
            self.folder.save(&self.device)?;
            let terminal = self.open(&self.device.serial_number)?;
            *running = Some(self.start(terminal, server)?);
        }
        if let Some(running) = running {
            running.till.act(Act::Enrol(code)).await;
        }
        Ok(())
    }
}

/// Lets a till end, and waits until it has.
async fn farewell(till: Till, mut told: mpsc::Receiver<Told>) {
    drop(till);
    let _ = timeout(FAREWELL_MAX, async { while told.recv().await.is_some() {} }).await;
}

async fn next_told(running: &mut Option<Running>) -> Option<Told> {
    match running {
        Some(running) => running.told.recv().await,
        None => std::future::pending().await,
    }
}

async fn next_view(view: &mut Option<tokio::sync::watch::Receiver<View>>) -> bool {
    let changed = match view {
        Some(view) => view.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        // A view that nobody writes any more stays as it is.
        std::future::pending::<()>().await;
    }
    changed
}

fn show(screen: &mut DefaultTerminal, model: &Model, offset: Offset) -> io::Result<()> {
    screen.draw(|frame| {
        let area = frame.area();
        if let Some(cursor) = draw(model, offset, area, frame.buffer_mut()) {
            frame.set_cursor_position(cursor);
        }
    })?;
    Ok(())
}

/// Reads the keyboard on a thread of its own, which ends with the program: a read
/// cannot be interrupted.
fn keyboard() -> mpsc::Receiver<io::Result<Typed>> {
    let (keys, typed) = mpsc::channel(KEYS_MAX);
    std::thread::spawn(move || {
        loop {
            let read = event::read();
            let failed = read.is_err();
            if keys.blocking_send(read).is_err() || failed {
                return;
            }
        }
    });
    typed
}

fn key_of(typed: &Typed) -> Option<Key> {
    let Typed::Key(KeyEvent {
        code,
        modifiers,
        kind,
        ..
    }) = typed
    else {
        return None;
    };
    if *kind == KeyEventKind::Release {
        return None;
    }
    if modifiers.contains(KeyModifiers::CONTROL) {
        return matches!(code, KeyCode::Char('c')).then_some(Key::Leave);
    }
    match code {
        KeyCode::Char(typed) => Some(Key::Char(*typed)),
        KeyCode::Enter => Some(Key::Confirm),
        KeyCode::Backspace | KeyCode::Delete | KeyCode::Left => Some(Key::Correct),
        KeyCode::Esc => Some(Key::Cancel),
        KeyCode::Up | KeyCode::BackTab => Some(Key::Up),
        KeyCode::Down | KeyCode::Tab => Some(Key::Down),
        KeyCode::F(1) => Some(Key::Code),
        KeyCode::F(2) => Some(Key::Language),
        KeyCode::F(3) => Some(Key::Number),
        KeyCode::F(10) => Some(Key::Leave),
        _ => None,
    }
}

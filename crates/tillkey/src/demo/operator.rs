//! Somebody at a live terminal: types on it and reads its screen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tillkey_server::Shell;
use tillkey_server::clock::SystemClock;
use tillkey_terminal::{Activity, Notice, Sale};
use tillkey_wire::ids::{CaseId, OperatorNumber};
use tillkey_wire::journal::Amount;
use tillkey_wire::secret::Secret;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::shop::Shop;
use crate::failed::Failed;
use crate::terminal::profile::{DeviceFile, Folder};
use crate::till::{Act, Server, Till, Told};

/// How long a step at the terminal may take.
const STEP_WAIT_MAX: Duration = Duration::from_secs(20);
/// As much of a card as a terminal keeps; of a made-up one.
const CARD: &str = "622202******0128";
/// How many passwords are tried: a random one may be a date or a run.
const CHOICES_MAX: u32 = 50;

/// Whether a sign-on came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignOn {
    Accepted,
    Refused,
}

impl SignOn {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

/// A person with a terminal before them.
pub(super) struct Operator {
    till: Till,
    told: mpsc::Receiver<(Timestamp, Told)>,
    rng: StdRng,
    /// What each operator knows.
    passwords: BTreeMap<OperatorNumber, Secret<String>>,
    /// How often the terminal lost its link or had to start again.
    interruptions: u32,
}

impl Operator {
    /// Switches a terminal on.
    pub(super) async fn sit_down(shell: &Shell, shop: &Shop, url: &str) -> Result<Self, Failed> {
        let mut rng = shell.rng();
        let device = DeviceFile {
            serial_number: shop
                .serial_number
                .parse()
                .map_err(Failed::because("a made-up serial number is not valid"))?,
            server: url.to_owned(),
        };
        let (folder, _) = Folder::open(&shop.profile, &mut rng)?;
        folder.save(&device)?;
        let terminal = folder.terminal(&device.serial_number, Arc::new(SystemClock::default()))?;
        let server: Server = url
            .parse()
            .map_err(Failed::because("the terminal has no server"))?;
        let seed = StdRng::from_seed(rng.r#gen());
        let (till, mut heard) = Till::start(terminal, server, seed);
        // Each tiding gets its time when it arrives, not when somebody looks.
        let (tell, told) = mpsc::channel(64);
        let clock = shell.clone();
        tokio::spawn(async move {
            while let Some(tiding) = heard.recv().await {
                if tell.send((clock.now(), tiding)).await.is_err() {
                    break;
                }
            }
        });
        let rng = StdRng::from_seed(rng.r#gen());
        Ok(Self {
            till,
            told,
            rng,
            passwords: BTreeMap::new(),
            interruptions: 0,
        })
    }

    /// How often the terminal lost its link or had to start again.
    pub(super) const fn interruptions(&self) -> u32 {
        self.interruptions
    }

    /// Types the enrolment code and waits until the terminal is in service.
    pub(super) async fn enrol(&mut self, code: &str) -> Result<(), Failed> {
        let code = code
            .parse()
            .map_err(Failed::because("the enrolment code is not one"))?;
        self.act(Act::Enrol(code)).await?;
        self.wait("the terminal to be welcomed", |notice| {
            matches!(notice, Notice::Welcomed).then_some(())
        })
        .await?;
        Ok(())
    }

    /// Chooses the first password of an operator.
    pub(super) async fn first_password(&mut self, who: OperatorNumber) -> Result<(), Failed> {
        self.act(Act::FirstPassword(who)).await?;
        let (_, code) = self
            .wait("a code on the screen", |notice| match notice {
                Notice::CodeOnScreen { operator, code, .. } if *operator == who => {
                    Some(code.copy())
                }
                _ => None,
            })
            .await?;
        self.type_code(who, code.expose()).await?;
        self.choose_password(who).await?;
        Ok(())
    }

    /// Waits until the terminal asks for the code of a case.
    pub(super) async fn asked_for_code(&mut self, of: CaseId) -> Result<Timestamp, Failed> {
        let (at, ()) = self
            .wait("the terminal to ask for the code", |notice| match notice {
                Notice::CodeIssued { case, .. } if *case == of => Some(()),
                _ => None,
            })
            .await?;
        Ok(at)
    }

    /// Has a supervisor who is signed on give the keypad to a cashier, and waits until the
    /// terminal asks for a new password. Gives when it did, and in which case.
    pub(super) async fn supervisor_resets(
        &mut self,
        supervisor: OperatorNumber,
        who: OperatorNumber,
    ) -> Result<(Timestamp, CaseId), Failed> {
        self.act(Act::ResetCashier(supervisor, who)).await?;
        self.wait(
            "the bank to let the cashier choose",
            |notice| match notice {
                Notice::CodeAccepted { operator, case, .. } if *operator == who => Some(*case),
                _ => None,
            },
        )
        .await
    }

    /// Types a reset code.
    pub(super) async fn type_code(
        &mut self,
        who: OperatorNumber,
        code: &str,
    ) -> Result<(), Failed> {
        let code = code
            .parse()
            .map_err(Failed::because("the reset code is not one"))?;
        self.act(Act::Redeem(who, code)).await?;
        self.wait("the code to be accepted", |notice| {
            matches!(notice, Notice::CodeAccepted { operator, .. } if *operator == who)
                .then_some(())
        })
        .await?;
        Ok(())
    }

    /// Chooses a password that nobody else will know, and waits until it is in force.
    /// Gives when it was, and the one that it replaced.
    pub(super) async fn choose_password(
        &mut self,
        who: OperatorNumber,
    ) -> Result<(Timestamp, Option<Secret<String>>), Failed> {
        for _ in 0..CHOICES_MAX {
            let password: String = (0..8)
                .map(|_| char::from(b'0' + self.rng.gen_range(0..10u8)))
                .collect();
            self.act(Act::ChoosePassword(who, Secret::new(password.clone())))
                .await?;
            let (at, effective) = self
                .wait("the new password to be in force", |notice| match notice {
                    Notice::Effective { operator, .. } if *operator == who => Some(true),
                    Notice::PasswordRefused { operator, .. } if *operator == who => Some(false),
                    _ => None,
                })
                .await?;
            if effective {
                return Ok((at, self.passwords.insert(who, Secret::new(password))));
            }
        }
        Err(Failed::new("the terminal took none of the passwords"))
    }

    /// Signs on with the password that the operator knows.
    pub(super) async fn sign_on(&mut self, who: OperatorNumber) -> Result<SignOn, Failed> {
        let known = self.passwords.get(&who).map(|known| known.expose().clone());
        let known = known.ok_or_else(|| Failed::new("the operator knows no password"))?;
        self.sign_on_with(who, Secret::new(known)).await
    }

    /// Takes money from a made-up card, and waits until the terminal has kept it.
    pub(super) async fn sell(&mut self, who: OperatorNumber, fen: u64) -> Result<(), Failed> {
        let sale = Sale {
            amount: Amount::from_fen(fen).map_err(Failed::because("an amount"))?,
            card: CARD.parse().map_err(Failed::because("a card"))?,
            remark: None,
        };
        self.act(Act::Sale(who, sale)).await?;
        self.wait("the sale to be kept", |notice| {
            matches!(notice, Notice::Recorded(_)).then_some(())
        })
        .await?;
        Ok(())
    }

    /// Signs on with a password.
    pub(super) async fn sign_on_with(
        &mut self,
        who: OperatorNumber,
        password: Secret<String>,
    ) -> Result<SignOn, Failed> {
        self.act(Act::SignOn(who, password)).await?;
        let (_, came) = self
            .wait("the sign-on to be answered", |notice| match notice {
                Notice::SignedOn { operator, .. } if *operator == who => Some(SignOn::Accepted),
                Notice::WrongPassword { operator } if *operator == who => Some(SignOn::Refused),
                _ => None,
            })
            .await?;
        Ok(came)
    }

    async fn act(&self, act: Act) -> Result<(), Failed> {
        if self.till.act(act).await {
            Ok(())
        } else {
            Err(Failed::new("the terminal has ended"))
        }
    }

    async fn wait<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(&Notice) -> Option<T>,
    ) -> Result<(Timestamp, T), Failed> {
        let until = Instant::now() + STEP_WAIT_MAX;
        loop {
            let told = timeout_at(until, self.told.recv())
                .await
                .map_err(Failed::because(format!("waited in vain for {what}")))?;
            match told {
                Some((at, Told::Notice(notice))) => {
                    if let Some(picked) = pick(&notice) {
                        return Ok((at, picked));
                    }
                    if let Notice::Refused { activity, code, .. } = &notice
                        // Not yet: the terminal backs up first, and asks again by itself.
                        && (*activity, code.as_str()) != (Activity::Choose, "not_prepared")
                    {
                        return Err(Failed::new(format!(
                            "waited for {what}, but {activity:?} was refused: {code}"
                        )));
                    }
                }
                Some((_, Told::Connected)) => {}
                Some((_, Told::Disconnected { why, .. })) => {
                    tracing::info!(%why, "the terminal lost its link");
                    self.interruptions += 1;
                }
                Some((_, Told::NotDone(fault) | Told::Ended(fault))) => {
                    return Err(Failed::because(format!("waited for {what}"))(fault));
                }
                None => return Err(Failed::new("the terminal has ended")),
            }
        }
    }
}

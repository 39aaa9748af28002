//! A till's life: connect, talk until the link goes, rest, connect again.

use rand::rngs::StdRng;
use tillkey_terminal::{Advice, Device, Fault, Standing, Step, Terminal};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::conversation::{Over, talk};
use super::link::Link;
use super::{Act, Server, Told, View, rest, view_of};

/// What a till has to do with.
pub(super) struct Outside {
    pub(super) server: Server,
    pub(super) to_do: mpsc::Receiver<Act>,
    pub(super) tell: mpsc::Sender<Told>,
    pub(super) show: watch::Sender<View>,
    pub(super) rng: StdRng,
}

/// A till between two calls of its terminal.
pub(super) struct Life<D> {
    /// Not there while a call is under way on its thread.
    terminal: Option<Terminal<D>>,
    pub(super) online: bool,
    pub(super) outside: Outside,
}

/// Why a till ends.
pub(super) enum End {
    /// Nobody holds its handle any more.
    LetGo,
    /// The terminal has to be opened again, or enrolled again.
    Terminal(Fault),
}

/// Runs a till until nobody holds its handle, or its terminal cannot go on.
pub(super) async fn run<D: Device + Send + 'static>(terminal: Terminal<D>, outside: Outside) {
    let mut life = Life {
        terminal: Some(terminal),
        online: false,
        outside,
    };
    if let Err(End::Terminal(fault)) = life.live().await {
        life.tell(Told::Ended(fault)).await;
    }
}

impl<D: Device + Send + 'static> Life<D> {
    async fn live(&mut self) -> Result<(), End> {
        let mut failed = 0;
        loop {
            if self.is_blank() {
                self.wait_for_act(None).await?;
                continue;
            }
            let over = match Link::open(&self.outside.server).await {
                Ok(link) => {
                    self.tell(Told::Connected).await;
                    let over = talk(self, link).await?;
                    if self.online {
                        failed = 0;
                    }
                    over
                }
                Err(why) => Over::Gone(why),
            };
            self.online = false;
            let step = self.with(|terminal, _| Ok(terminal.disconnected())).await?;
            self.tell_all(step).await;
            failed += 1;
            let rested = rest::before_next(failed, &mut self.outside.rng);
            let (why, again_in) = match over {
                Over::Gone(why) => (why, Some(rested)),
                Over::Refused { again_in } => (
                    "the enrolment was refused".to_owned(),
                    again_in.map(|wait| wait.max(rested)),
                ),
            };
            self.tell(Told::Disconnected { why, again_in }).await;
            self.wait_for_act(again_in.map(|wait| Instant::now() + wait))
                .await?;
        }
    }

    fn is_blank(&self) -> bool {
        self.terminal
            .as_ref()
            .is_some_and(|terminal| terminal.standing() == Standing::Blank)
    }

    /// Does what is done without a link, until the time comes or a code is typed.
    async fn wait_for_act(&mut self, until: Option<Instant>) -> Result<(), End> {
        loop {
            let act = tokio::select! {
                act = self.outside.to_do.recv() => act.ok_or(End::LetGo)?,
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    return Ok(());
                }
            };
            let is_enrolment = matches!(act, Act::Enrol(_));
            let step = self.act(act).await?;
            self.tell_all(step).await;
            if is_enrolment {
                return Ok(());
            }
        }
    }

    /// Does something at the terminal; gives nothing to send where it had no effect.
    pub(super) async fn act(&mut self, act: Act) -> Result<Step, End> {
        let done = self
            .with(move |terminal, rng| {
                Ok(match act {
                    Act::Enrol(code) => terminal.enrol(&code, rng),
                    Act::SignOn(operator, password) => terminal.sign_on(operator, password, rng),
                    Act::SignOff(operator) => terminal.sign_off(operator),
                    Act::FirstPassword(operator) => terminal.first_password(operator),
                    Act::Redeem(operator, code) => terminal.redeem(operator, code),
                    Act::ChoosePassword(operator, password) => {
                        terminal.choose_password(operator, password, rng)
                    }
                    Act::OfflineChallenge(operator) => terminal.offline_challenge(operator),
                    Act::OfflineAnswer(operator, answer) => {
                        terminal.offline_answer(operator, &answer)
                    }
                    Act::AddCashier(supervisor, operator) => {
                        terminal.add_cashier(supervisor, operator)
                    }
                    Act::RemoveCashier(supervisor, operator) => {
                        terminal.remove_cashier(supervisor, operator)
                    }
                    Act::ResetCashier(supervisor, operator) => {
                        terminal.reset_cashier(supervisor, operator)
                    }
                    Act::ShowNumber => terminal.show_number(),
                    Act::BeginSale(operator) => {
                        terminal.begin_sale(operator).map(|()| Step::default())
                    }
                    Act::GiveUpSale(operator) => Ok(terminal.give_up_sale(operator)),
                    Act::Sale(operator, sale) => terminal.sale(operator, sale),
                    Act::Refund(operator, confirmed_by, refund) => {
                        terminal.refund(operator, confirmed_by, refund)
                    }
                    Act::Void(operator, confirmed_by, entry) => {
                        terminal.void(operator, confirmed_by, entry)
                    }
                    Act::Settle(operator) => terminal.settle(operator),
                    Act::ReportHealth => terminal.report_health(),
                    Act::AbandonReset(operator) => {
                        terminal.abandon_reset(operator);
                        Ok(Step::default())
                    }
                })
            })
            .await?;
        match done {
            Ok(step) => Ok(step),
            Err(fault) => {
                let fault = ended(fault)?;
                self.tell(Told::NotDone(fault)).await;
                Ok(Step::default())
            }
        }
    }

    /// Calls the terminal on a thread that may wait: it writes files, and stretches
    /// passwords for some 20 ms.
    pub(super) async fn with<T: Send + 'static>(
        &mut self,
        call: impl FnOnce(&mut Terminal<D>, &mut StdRng) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, End> {
        let Some(mut terminal) = self.terminal.take() else {
            return Err(End::Terminal(Fault::Broken));
        };
        let mut rng = self.outside.rng.clone();
        let called = tokio::task::spawn_blocking(move || {
            let result = call(&mut terminal, &mut rng);
            (terminal, rng, result)
        });
        // A panic in there has lost the terminal; it has to be opened again.
        let Ok((terminal, rng, result)) = called.await else {
            return Err(End::Terminal(Fault::Broken));
        };
        self.outside.rng = rng;
        self.terminal = Some(terminal);
        self.show();
        result.map_err(End::Terminal)
    }

    /// Shows where the terminal stands, where that has changed.
    pub(super) fn show(&self) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        self.outside.show.send_if_modified(|shown| {
            let view = View {
                online: self.online,
                ..view_of(terminal, shown)
            };
            let changed = *shown != view;
            *shown = view;
            changed
        });
    }

    pub(super) async fn tell_all(&mut self, step: Step) {
        for notice in step.notices {
            self.tell(Told::Notice(notice)).await;
        }
    }

    /// Whoever does not listen has nothing to be told.
    pub(super) async fn tell(&mut self, told: Told) {
        let _ = self.outside.tell.send(told).await;
    }
}

/// The fault, unless it ends the till.
pub(super) fn ended(fault: Fault) -> Result<Fault, End> {
    match fault.advice() {
        Advice::Reopen | Advice::EnrolAgain => Err(End::Terminal(fault)),
        Advice::Ignore | Advice::Reconnect | Advice::Correct => Ok(fault),
    }
}

//! How the terminal is, told to the server: once it has shown that it takes such
//! reports, when something has changed, and when it asks.

use tillkey_wire::health::{Health, HealthReport, VERSION};
use tillkey_wire::message::Report;

use crate::device::Device;
use crate::fault::Fault;
use crate::link::Asked;
use crate::notice::Step;
use crate::terminal::Terminal;

/// What the server was told.
pub(crate) struct Told {
    health: Health,
    signed_on: usize,
}

impl<D: Device> Terminal<D> {
    /// Tells the server how the device is, if that has changed noticeably since it was
    /// last told; nothing without a link. To be called when the vendor has something to
    /// say, or every few seconds.
    ///
    /// # Errors
    /// [`Fault::Device`] if a counter cannot be reserved.
    pub fn report_health(&mut self) -> Result<Step, Fault> {
        self.sound()?;
        let health = self.health();
        let signed_on = self.sessions.len();
        let is_news = self.told_health.as_ref().is_some_and(|told| {
            told.signed_on != signed_on || told.health.differs_noticeably(&health)
        });
        if is_news {
            self.tell_health()
        } else {
            Ok(Step::default())
        }
    }

    /// What the vendor knows, and what the journal tells.
    fn health(&self) -> Health {
        let mut health = self.device.health();
        if let Some(head) = self.journal() {
            health.sale_in_progress = Some(self.under_way.is_some());
            health.unsettled = Some(head.unsettled.count());
        }
        health
    }

    /// Tells it whether or not it has changed.
    pub(crate) fn tell_health(&mut self) -> Result<Step, Fault> {
        let health = self.health();
        let signed_on = self.sessions.len();
        let report = HealthReport {
            v: VERSION,
            firmware: self.profile.firmware.clone(),
            clock: self.device.now(),
            signed_on: u8::try_from(signed_on).unwrap_or(u8::MAX),
            health: health.clone(),
        };
        let frame = self.ask_once(Asked::Health, Report::Health(report))?;
        if frame.is_some() {
            self.told_health = Some(Told { health, signed_on });
        }
        Ok(Step {
            frames: frame.into_iter().collect(),
            notices: Vec::new(),
        })
    }
}

//! The merchant's manager: signs in with a code to their own phone, opens cases in the
//! portal, and consents to those of the hotline.

use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_server::act::case::{Named, OpenRequest};
use tillkey_server::act::managers::{self, ManagerSession};
use tillkey_server::act::{ManagerToken, Once, SignInToken, Source};
use tillkey_terminal::wire::code::SmsCode;

use crate::people::Unheard;
use crate::staff::{MANAGER_PHONE, MERCHANT};
use crate::till::operator;
use crate::world::World;

/// How far a manager has come.
#[derive(Debug, Default)]
pub(crate) enum Portal {
    #[default]
    Out,
    /// A code is on its way to the phone, or there.
    Asked {
        sign_in: SignInToken,
        code: Option<String>,
    },
    In {
        token: ManagerToken,
        session: Box<ManagerSession>,
    },
}

impl World {
    /// The manager does what is next in the portal.
    pub(crate) async fn portal(&mut self) -> Result<String, String> {
        match std::mem::take(&mut self.people.portal) {
            Portal::Out => self.ask_for_code().await,
            Portal::Asked {
                sign_in,
                code: None,
            } => {
                // Perhaps the code never came.
                if self.chance.percent(20) {
                    return Ok("the manager gives up".to_owned());
                }
                let code = None;
                self.people.portal = Portal::Asked { sign_in, code };
                Ok("the manager waits for a code".to_owned())
            }
            Portal::Asked {
                sign_in,
                code: Some(code),
            } => self.enter(sign_in, &code).await,
            Portal::In { token, .. } => self.open_in_portal(token).await,
        }
    }

    async fn ask_for_code(&mut self) -> Result<String, String> {
        let shell = self.server().shell.clone();
        let source = Source::address([203, 0, 113, 9].into());
        let phone = MANAGER_PHONE.parse().unwrap();
        let asking = async move { managers::begin(&shell, phone, &source).await };
        let fate = self.fate(true);
        let Some(begun) = self.ask(fate, asking).await else {
            return Ok(format!(
                "the manager asks, and the server crashes: {fate:?}"
            ));
        };
        let heard = self.collect()?;
        match begun {
            Ok(begun) => {
                self.people.portal = Portal::Asked {
                    sign_in: begun.sign_in,
                    code: None,
                };
                Ok(format!("the manager asks for a code{heard}"))
            }
            Err(failure) => Ok(format!("the manager asks: {}", self.expected(&failure)?)),
        }
    }

    async fn enter(&mut self, sign_in: SignInToken, code: &str) -> Result<String, String> {
        let shell = self.server().shell.clone();
        let source = Source::address([203, 0, 113, 9].into());
        let digits = match self.chance.percent(10) {
            true => self.chance.digits(SmsCode::LENGTH),
            false => code.to_owned(),
        };
        let typed: SmsCode = digits.parse().unwrap();
        let asking = async move {
            let entered = managers::finish(&shell, sign_in, typed, &source).await?;
            let session = managers::signed_in(&shell, &entered.token).await?;
            Ok((entered.token, session))
        };
        let fate = self.fate(true);
        let Some(entered) = self.ask(fate, asking).await else {
            return Ok(format!(
                "the manager enters, and the server crashes: {fate:?}"
            ));
        };
        let heard = self.collect()?;
        match entered {
            Ok((token, session)) => {
                let session = Box::new(session);
                self.people.portal = Portal::In { token, session };
                Ok(format!("the manager is signed in{heard}"))
            }
            Err(failure) => Ok(format!("the manager types: {}", self.expected(&failure)?)),
        }
    }

    async fn open_in_portal(&mut self, token: ManagerToken) -> Result<String, String> {
        let shell = self.server().shell.clone();
        let session = match managers::signed_in(&shell, &token).await {
            Ok(session) => session,
            Err(failure) => return Ok(format!("the manager: {}", self.expected(&failure)?)),
        };
        let till = self.chance.below(self.tills.len());
        let number = self.chance.weighed(&[(1, 0), (3, 1), (3, 2)]);
        let reason = self.chance.weighed(&[
            (4, Reason::Forgotten),
            (1, Reason::StaffLeft),
            (1, Reason::SystemUpdate),
        ]);
        let named = Named {
            merchant: MERCHANT.parse().unwrap(),
            terminal: self.tills[till].enrolled.number.clone(),
            operator: operator(number),
        };
        let request = OpenRequest {
            named,
            channel: Channel::Portal,
            reason,
        };
        let once = Once {
            principal: "manager".to_owned(),
            key: self.people.next_key(),
            request_digest: [7; 32],
        };
        self.people.portal = Portal::In {
            token,
            session: Box::new(session.clone()),
        };
        self.open(Unheard {
            request,
            member: None,
            manager: Some(session),
            once,
            opened: None,
        })
        .await
    }

    /// The manager's session, while they are signed in.
    pub(crate) fn manager(&self) -> Option<&ManagerSession> {
        match &self.people.portal {
            Portal::In { session, .. } => Some(session),
            _ => None,
        }
    }
}

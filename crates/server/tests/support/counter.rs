//! What a counter has: documents to inspect, a scanner, and a printer of slips.

use jpeg_encoder::{ColorType, Encoder};
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_store::fault::Fault;
use tillkey_store::outbox::{self, MessageKind};
use tillkey_store::party::terminal;

use super::{Answer, HOLDER, LICENCE, World};

/// The printer of the tests' counter.
pub(crate) const PRINTER: &str = "counter-1";

/// A photo of a document; another number is another photo.
pub(crate) fn photo(number: u8) -> Vec<u8> {
    let (width, height) = (420_u16, 320_u16);
    let pixel = |at: usize| [number, u8::try_from(at % 251).unwrap(), 90];
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height))
        .flat_map(pixel)
        .collect();
    let mut file = Vec::new();
    Encoder::new(&mut file, 85)
        .encode(&pixels, width, height, ColorType::Rgb)
        .unwrap();
    file
}

pub(crate) fn identity() -> Value {
    json!({"kind": "identity_document", "number": HOLDER, "original_inspected": true,
           "valid_until": "2031-05-20"})
}

pub(crate) fn licence() -> Value {
    json!({"kind": "business_licence", "number": LICENCE, "original_inspected": true,
           "valid_until": "long_term"})
}

impl World {
    /// An installation with a printer of slips, and a terminal that keeps no journal.
    pub(crate) async fn with_printer() -> Self {
        let world = Self::with(|config| {
            config.slip_printers = [PRINTER.parse().unwrap()].into();
        })
        .await;
        let (till, now) = (world.terminal, world.shell.now());
        let says = move |tx: &mut dyn tillkey_store::tx::Tx| {
            terminal::describe(tx, till, r#"{"journal":false}"#, now)
        };
        world.shell.store().write(says).await.unwrap();
        world
    }

    /// A case in which both documents have matched, and the clerk's token.
    pub(crate) async fn inspected(&self, account: &str) -> (String, String) {
        let clerk = self.staff(account, account, Role::Clerk).await;
        let case = self.staff_case("counter", &clerk).await;
        self.present(&case, &clerk, &identity()).await.is(200);
        self.present(&case, &clerk, &licence()).await.is(200);
        (case, clerk)
    }

    /// Sends a file as a scan of the identity document.
    pub(crate) async fn scan(
        &self,
        (case, token): (&str, &str),
        side: &str,
        file: Vec<u8>,
    ) -> Answer {
        let path = format!("/v1/cases/{case}/scans?kind=identity_document&side={side}");
        let ask = self
            .post(&path)
            .token(token)
            .with("content-type", "image/jpeg");
        ask.body(file).go().await
    }

    /// As [`World::inspected`], with both sides on file.
    pub(crate) async fn on_file(&self, account: &str) -> (String, String) {
        let (case, clerk) = self.inspected(account).await;
        for (side, number) in [("front", 1), ("back", 2)] {
            self.scan((&case, &clerk), side, photo(number))
                .await
                .is(201);
        }
        (case, clerk)
    }

    /// As [`World::on_file`], and approved by a reviewer with a slip in it.
    pub(crate) async fn slip_approved(&self, account: &str) -> (String, String) {
        let (case, clerk) = self.on_file(account).await;
        let path = |below: &str| format!("/v1/cases/{case}{below}");
        let slip = json!({"to": "sealed_slip"});
        self.post(&path("/delivery"))
            .token(&clerk)
            .json(&slip)
            .go()
            .await
            .is(200);
        self.post(&path("/submission"))
            .token(&clerk)
            .go()
            .await
            .is(200);
        let reviewer = format!("{account}.review");
        let reviewer = self.staff(&reviewer, &reviewer, Role::Reviewer).await;
        let approve = json!({"verdict": "approve"});
        let approved = self.post(&path("/review")).token(&reviewer).json(&approve);
        assert_eq!(approved.go().await.is(200)["state"], "approved");
        (case, clerk)
    }

    pub(crate) async fn print_slip(&self, (case, token): (&str, &str)) -> Answer {
        let path = format!("/v1/cases/{case}/slip");
        let printer = json!({"printer": PRINTER});
        self.post(&path).token(token).json(&printer).go().await
    }

    /// Takes what waits for the printer, and gives the codes that are on it.
    pub(crate) async fn slips(&self) -> Vec<String> {
        let (now, shell) = (self.shell.now(), self.shell.clone());
        let taken = move |tx: &mut dyn tillkey_store::tx::Tx| -> Result<_, Fault> {
            let mut codes = Vec::new();
            for claimed in outbox::claim(tx, now, now, 100)? {
                if claimed.kind == MessageKind::Slip {
                    let opened = claimed.open(tx, shell.seal_keys())?;
                    outbox::sent(tx, claimed.id, now)?;
                    let slip: Value = serde_json::from_str(opened.body.expose()).unwrap();
                    codes.push(slip["code"].as_str().unwrap().to_owned());
                }
            }
            Ok(codes)
        };
        self.shell.store().write(taken).await.unwrap()
    }
}

//! Why an operator cannot sign on, for a case's holder and for anybody.

use tillkey_server::web::diagnosis::guide::GuidePage;
use tillkey_server::web::diagnosis::holder::HolderPage;
use tillkey_server::web::{Assets, Language};

use super::{Sample, case, desk, frame, sample};

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let holder = HolderPage {
        frame: frame(assets, language, &format!("/reset/{}/diagnosis", case())),
        case: case(),
        diagnosis: desk::found_out(),
    };
    let guide = GuidePage {
        frame: frame(assets, language, "/help/diagnose"),
    };
    vec![
        sample("diagnosis_holder", &holder),
        sample("diagnosis_guide", &guide),
    ]
}

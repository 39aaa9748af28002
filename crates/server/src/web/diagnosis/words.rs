//! The words around a diagnosis.

use super::super::words::{file, words};

file! {
    /// The words around a diagnosis.
    DiagnosisWords ("diagnosis.zh-CN.toml", "diagnosis.en.toml") {
        found: FoundWords,
        holder: HolderWords,
        guide: GuideWords,
        wrong_password: SymptomWords,
        too_many: SymptomWords,
        offline: SymptomWords,
        code_wrong: SymptomWords,
        no_code: SymptomWords,
        after_reset: SymptomWords,
        no_password: SymptomWords,
        not_served: SymptomWords,
    }
}

words! {
    /// How much a finding weighs.
    FoundWords { cause, likely, note, device, }
    /// The holder's own page.
    HolderWords { title, lead, again, back, link, }
    /// The page for anybody.
    GuideWords {
        title, lead, why, to_do, real, real_lead, real_holder, real_manager, real_hotline, reset,
    }
    /// What a screen can say, why, and what to do.
    SymptomWords { screen, why, first, second, third, }
}

impl DiagnosisWords {
    /// The symptoms, the most frequent first.
    pub(super) const fn symptoms(&self) -> [&SymptomWords; 8] {
        [
            &self.wrong_password,
            &self.too_many,
            &self.after_reset,
            &self.offline,
            &self.no_code,
            &self.code_wrong,
            &self.no_password,
            &self.not_served,
        ]
    }
}

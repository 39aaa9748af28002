//! Signing in, and in again.

use askama::Template;
use tillkey_server::web::sign_in::{CarryPage, Kept, NotAllowedPage, SignInMistake, SignInPage};
use tillkey_server::web::{Assets, Language};

use super::{Sample, after, frame, sample};

fn page(assets: &Assets, language: Language) -> SignInPage<'_> {
    SignInPage {
        frame: frame(assets, language, "/sign-in"),
        account: String::new(),
        then: String::new(),
        has_ended: false,
        kept: Kept::default(),
        mistake: None,
    }
}

fn kept(comment: &str) -> Kept {
    Kept {
        to: "/review/2n840-60r30-c1g60-w41-g/verdict".to_owned(),
        page: "/review/2n840-60r30-c1g60-w41-g".to_owned(),
        fields: vec![("comment".to_owned(), comment.to_owned())],
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let again = |mistake| SignInPage {
        account: "li.na".to_owned(),
        mistake: Some(mistake),
        ..page(assets, language)
    };
    let carried = CarryPage {
        frame: frame(assets, language, "/sign-in"),
        kept: kept("核对无误"),
    };
    let elsewhere = NotAllowedPage {
        frame: frame(assets, language, "/review"),
        home: "/desk",
    };
    vec![
        sample("sign_in", &page(assets, language)),
        sample("sign_in_wrong", &again(SignInMistake::Wrong)),
        sample("sign_in_busy", &again(SignInMistake::Busy)),
        sample(
            "sign_in_too_many",
            &again(SignInMistake::TooMany(after(120))),
        ),
        sample(
            "sign_in_ended",
            &SignInPage {
                has_ended: true,
                then: "/desk".to_owned(),
                ..page(assets, language)
            },
        ),
        sample(
            "sign_in_kept",
            &SignInPage {
                has_ended: true,
                kept: kept("核对无误"),
                ..page(assets, language)
            },
        ),
        sample("carry", &carried),
        sample("not_allowed", &elsewhere),
    ]
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let carried = CarryPage {
        frame: frame(assets, language, "/sign-in"),
        kept: kept(script),
    };
    let typed = SignInPage {
        account: script.to_owned(),
        kept: kept(script),
        ..page(assets, language)
    };
    vec![carried.render().unwrap(), typed.render().unwrap()]
}

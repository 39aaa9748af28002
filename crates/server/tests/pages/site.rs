//! The pages over HTTP, as a browser without JavaScript asks for them.

use axum::http::HeaderMap;
use tillkey_rules::party::Role;
use tillkey_server::web;

use crate::support::{Answer, World};

pub(crate) const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) async fn site() -> World {
    site_with(None).await
}

pub(crate) async fn site_with(base_url: Option<&str>) -> World {
    let base_url = base_url.map(str::to_owned);
    let mut world = World::with(|config| config.base_url = base_url).await;
    world.app = web::router(world.shell.clone());
    world
}

/// Sends a form as a page of the site does, with the cookies that it was given.
pub(crate) async fn post(world: &World, path: &str, cookie: &str, body: &str) -> Answer {
    let (name, value) = OWN;
    let ask = world
        .post(path)
        .with(name, value)
        .with("content-type", FORM)
        .with("cookie", cookie);
    ask.body(body.as_bytes().to_vec()).go().await
}

pub(crate) async fn get(world: &World, path: &str, cookie: &str) -> Answer {
    world
        .get(path)
        .with("cookie", cookie)
        .with("accept-language", "en")
        .go()
        .await
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// Hires a member of staff and signs them in: the cookie that their browser then has.
pub(crate) async fn seated(world: &World, account: &str, role: Role) -> String {
    format!(
        "tillkey-staff={}",
        world.staff(account, account, role).await
    )
}

/// The staff cookie that an answer gives, as a browser sends it back.
#[track_caller]
pub(crate) fn cookie_of(answer: &Answer) -> String {
    let given = answer.headers.get_all("set-cookie").iter();
    let given = given
        .map(|value| value.to_str().unwrap())
        .find(|text| text.starts_with("tillkey-staff="));
    let given = given.unwrap_or_else(|| panic!("no session: {answer:?}"));
    given.split(';').next().unwrap().to_owned()
}

//! The demo's phones on one page, and the doors beside it, on an address of their own: the service itself has
//! no page that shows a message.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use tokio::net::TcpListener;

use super::phone::Phones;
use crate::failed::Failed;

/// How many messages are shown, newest first.
const SHOWN_MAX: usize = 20;

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\">\
    <meta http-equiv=\"refresh\" content=\"2\"><title>短信 · Messages</title><style>\
    body{font:16px/1.6 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem;\
    background:#f4f5f7;color:#1c1f23}p{background:#fff;border-radius:1rem;padding:.75rem 1rem;\
    margin:.75rem 0;box-shadow:0 1px 2px #0002}small{color:#5b6470;display:block}</style>\
    <h1>短信 · Messages</h1>";

/// Serves the page and gives its address.
pub(super) async fn serve(phones: Phones, doors: Router, ip: IpAddr) -> Result<String, Failed> {
    let listener = TcpListener::bind(SocketAddr::new(ip, 0))
        .await
        .map_err(Failed::because("the phone's page cannot be served"))?;
    let address = listener
        .local_addr()
        .map_err(Failed::because("the phone's page has no address"))?;
    let app = Router::new()
        .route("/", get(messages))
        .with_state(phones)
        .merge(doors);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            tracing::error!(%error, "the phone's page ended");
        }
    });
    Ok(format!("http://{address}/"))
}

async fn messages(State(phones): State<Phones>) -> impl IntoResponse {
    let mut page = HEAD.to_owned();
    for message in phones.messages().iter().rev().take(SHOWN_MAX) {
        page.push_str("<p><small>");
        page.push_str(&escaped(&format!("{} · {}", message.to, message.at)));
        page.push_str("</small>");
        page.push_str(&escaped(&message.text));
        page.push_str("</p>");
    }
    ([(header::CACHE_CONTROL, "no-store")], Html(page))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

//! Where somebody who is signed in can go: drawn above every page of theirs.

use tillkey_rules::party::Role;

use super::Language;
use super::staff_words::StaffWords;

/// What stands above the pages of somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nav {
    /// Names the bar for those who do not see it.
    pub label: String,
    /// Who is signed in, as they know themselves.
    pub who: String,
    /// Where they can go.
    pub links: Vec<NavLink>,
    /// The word on the button that signs out.
    pub sign_out: String,
    /// Where that button posts to.
    pub sign_out_to: &'static str,
    /// Whether the pages are those of staff: dense, and made for a keyboard.
    pub is_staff: bool,
}

/// One place to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavLink {
    /// Its address.
    pub href: &'static str,
    /// Its name.
    pub text: String,
    /// Whether the page lies there.
    pub is_here: bool,
}

/// Where each role works, its own workplace first.
pub(super) const fn workplaces(role: Role) -> &'static [&'static str] {
    match role {
        Role::Agent => &["/desk", "/intake", "/fleet/campaigns"],
        Role::Clerk => &["/counter", "/intake", "/fleet/campaigns"],
        Role::Reviewer => &[
            "/review",
            "/intake",
            "/fleet/campaigns",
            "/watch",
            "/settings/merchants",
        ],
        Role::Auditor => &["/ledger", "/ledger/dashboard", "/fleet/campaigns", "/watch"],
        Role::Administrator => &[
            "/settings/staff",
            "/settings/managers",
            "/settings/merchants",
            "/settings/access-reviews",
            "/intake",
            "/fleet/campaigns",
            "/watch",
            "/ledger/dashboard",
        ],
        // A system, not a person: it has no pages.
        Role::Integrator => &[],
    }
}

/// Where somebody of this role starts.
pub(super) fn home_of(role: Role) -> &'static str {
    workplaces(role).first().copied().unwrap_or("/")
}

impl Nav {
    /// The bar above a staff page at `path`.
    pub fn of_staff(who: &str, role: Role, (language, path): (Language, &str)) -> Self {
        let words = StaffWords::of(language);
        let text = |href: &str| match href {
            "/desk" => &words.nav.desk,
            "/counter" => &words.nav.counter,
            "/review" => &words.nav.review,
            "/intake" => &words.nav.intake,
            "/fleet/campaigns" => &words.nav.campaigns,
            "/watch" => &words.nav.watch,
            "/ledger" => &words.nav.ledger,
            "/ledger/dashboard" => &words.nav.dashboard,
            "/settings/staff" => &words.nav.staff,
            "/settings/managers" => &words.nav.managers,
            "/settings/merchants" => &words.nav.merchants,
            "/settings/access-reviews" => &words.nav.access_reviews,
            _ => &words.nav.account,
        };
        let all = workplaces(role)
            .iter()
            .copied()
            .chain(["/settings/sessions"]);
        // The most exact of them: `/ledger/dashboard` lies below `/ledger`, too.
        let here = all
            .clone()
            .filter(|href| {
                path.strip_prefix(href)
                    .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            })
            .max_by_key(|href| href.len());
        let link = |href: &'static str| NavLink {
            href,
            text: text(href).clone(),
            is_here: here == Some(href),
        };
        Self {
            label: words.nav.label.clone(),
            who: format!("{who} · {}", role_word(words, role)),
            links: all.map(link).collect(),
            sign_out: words.nav.sign_out.clone(),
            sign_out_to: "/sign-out",
            is_staff: true,
        }
    }
}

pub(super) fn role_word(words: &StaffWords, role: Role) -> &str {
    match role {
        Role::Agent => &words.role.agent,
        Role::Clerk => &words.role.clerk,
        Role::Reviewer => &words.role.reviewer,
        Role::Auditor => &words.role.auditor,
        Role::Administrator => &words.role.administrator,
        Role::Integrator => &words.role.integrator,
    }
}

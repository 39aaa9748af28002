//! Every limit of the pages, by name.

/// How large a posted form may be, in bytes. The largest honest one is a reviewer's
/// comment in Chinese: a thousand characters of nine bytes.
pub const FORM_BYTES_MAX: usize = 16 * 1024;
/// How large a posted form with a scan may be: the file, and what stands around it.
pub const SCAN_FORM_BYTES_MAX: usize = crate::picture::limits::FILE_BYTES_MAX + 16 * 1024;
/// How large one page with everything it loads may be, in bytes.
pub const PAGE_BYTES_MAX: usize = 60 * 1000;
/// How long one page listens before it connects again, in seconds.
pub const LISTENING_SECONDS_MAX: u64 = 600;
/// How long a page waits for a ring before it looks again, in seconds.
pub const LOOK_AGAIN_SECONDS: u64 = 15;
/// How often a page without JavaScript looks again, in seconds.
pub const REFRESH_SECONDS: u32 = 10;
/// How long after an SMS code the next is offered, in seconds.
pub const RESEND_AFTER_SECONDS: i64 = 60;
/// How long a device may look at its case, in seconds: as long as a case can be of
/// interest to the one who opened it.
pub const CASE_COOKIE_SECONDS: u32 = 3 * 24 * 3_600;
/// How long a device may look at its application, in seconds: until the terminal has come.
pub const APPLICATION_COOKIE_SECONDS: u32 = 90 * 24 * 3_600;
/// How many fields of a form are kept while its sender signs in again.
pub const KEPT_FIELDS_MAX: usize = 16;
/// How many bytes of a form are kept while its sender signs in again.
pub const KEPT_BYTES_MAX: usize = 4 * 1024;
/// How long a chosen language is kept, in seconds.
pub const LANGUAGE_COOKIE_SECONDS: u32 = 365 * 24 * 3_600;
/// How large a cookie header may be to be read, in bytes.
pub const COOKIES_BYTES_MAX: usize = 8 * 1024;
/// How long a device keeps what it needs with a sign-in code, in seconds.
pub const SIGN_IN_COOKIE_SECONDS: u32 = 600;

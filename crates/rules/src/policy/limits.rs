//! How much a set of policy files may hold. A policy is written by people and read by
//! people: what exceeds these was not meant to be read (attack A16).

/// How many files.
pub const POLICY_FILES_MAX: usize = 32;

/// How long one file may be.
pub const POLICY_FILE_BYTES_MAX: usize = 64 * 1024;

/// How many policies all files hold together.
pub const POLICIES_MAX: usize = 256;

/// How deep brackets and `if`s nest within one policy.
pub const POLICY_DEPTH_MAX: usize = 16;

/// How many words and signs one policy has. Chains such as `a || b || c` nest as deep
/// as they are long once parsed, so their length is bounded too.
pub const POLICY_TOKENS_MAX: usize = 1024;

/// How many characters an id has.
pub const POLICY_ID_CHARS_MAX: usize = 64;

/// How many characters a reason has.
pub const POLICY_REASON_CHARS_MAX: usize = 200;

/// How many questions the exhaustive check asks of all policies together. The default
/// policy needs four million.
pub const CHECK_QUESTIONS_MAX: u64 = 1 << 30;

/// How many questions the exhaustive check asks of one policy by itself.
pub const CHECK_QUESTIONS_OF_ONE_MAX: u64 = 1 << 20;

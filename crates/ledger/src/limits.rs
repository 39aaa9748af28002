//! Every limit of the ledger, in one place, to be shown by whoever runs it.
//!
//! Sizes come from outside (checkpoints, tile paths, proofs) as well as from
//! storage, so each is bounded before any arithmetic is done with it.

/// The longest leaf in bytes. The tile format could carry 65,535 in one entry; this
/// keeps a bundle of 256 entries under 4 MiB.
pub const LEAF_BYTES_MAX: usize = 16 * 1024 - 2;

/// The most leaves appended at once.
pub const BATCH_LEAVES_MAX: usize = 65_536;

/// The most leaves in a log: six levels of tiles. Twice as many hashes still fit a
/// signed 64-bit column with room to spare.
pub const TREE_SIZE_MAX: u64 = (1 << 48) - 1;

/// The longest name of a log or witness in bytes.
pub const KEY_NAME_BYTES_MAX: usize = 128;

/// The longest verifier key text in bytes: name, key identifier, base64 of 33 bytes.
pub const VERIFIER_KEY_BYTES_MAX: usize = KEY_NAME_BYTES_MAX + 1 + 8 + 1 + 44;

/// The longest signed checkpoint in bytes, all cosignatures included.
pub const CHECKPOINT_BYTES_MAX: usize = 16 * 1024;

/// The longest path of a tile in bytes.
pub const TILE_PATH_BYTES_MAX: usize = 48;

/// The most hashes in an inclusion or consistency proof.
pub const PROOF_HASHES_MAX: usize = 64;

/// The longest text of a downloaded proof in bytes: a leaf in base64, the hashes and
/// the checkpoint.
pub const PROOF_BYTES_MAX: usize = 64 * 1024;

/// How many leaves a verification reads at once.
pub const VERIFY_CHUNK_LEAVES: u64 = 8192;

/// The most findings one verification lists; it counts the rest.
pub const FINDINGS_MAX: usize = 1000;

/// The most places a verification keeps for a closer look once something is wrong.
pub const SUSPECTS_MAX: usize = 100_000;

/// The most leaves beyond the signed checkpoint that a verification walks.
pub const UNSIGNED_LEAVES_MAX: u64 = 1 << 24;

/// The most ways to piece the signed root together that a verification tries.
pub const WAYS_MAX: usize = 4096;

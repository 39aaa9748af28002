//! Checkpoints, cosignatures and downloaded proofs: what is taken and what is not.

use super::{SEED, grown, key, leaf, name};
use crate::limits::{CHECKPOINT_BYTES_MAX, LEAF_BYTES_MAX};
use crate::witness::attach;
use crate::{Checkpoint, Fault, LeafProof, LogKey, LogVerifier, Tree, Witness, WitnessKey};

fn signed(size: u64) -> String {
    key().sign(grown(size).0.head()).unwrap()
}

fn rule_of(fault: &Fault) -> &'static str {
    match fault {
        Fault::BadSignature { .. } => "bad signature",
        Fault::UnknownKey { .. } => "unknown key",
        Fault::WrongOrigin { .. } => "wrong origin",
        Fault::Malformed { .. } => "malformed",
        Fault::TooLarge { .. } => "too large",
        Fault::NotProven { .. } => "not proven",
        _ => "other",
    }
}

#[test]
fn a_checkpoint_is_three_lines_and_a_signature() {
    let note = signed(3);
    let lines: Vec<_> = note.lines().collect();
    assert_eq!(lines[0], "ledger.example/demo-bank");
    assert_eq!(lines[1], "3");
    assert_eq!(lines[2], grown(3).0.head().root.to_string());
    assert_eq!(lines[3], "");
    assert!(lines[4].starts_with("— ledger.example/demo-bank "));
    assert_eq!(lines.len(), 5);
    assert_eq!(
        key().verifier().open(note.as_bytes()).unwrap().head,
        grown(3).0.head()
    );
    // The standard implementation of signed notes takes it with the standard key.
    let standard = signed_note::StandardVerifier::new(&key().verifier().to_string()).unwrap();
    let known = signed_note::VerifierList::new(vec![Box::new(standard)]);
    signed_note::Note::from_bytes(note.as_bytes())
        .unwrap()
        .verify(&known)
        .unwrap();
}

#[test]
fn the_empty_log_has_a_checkpoint() {
    let head = Tree::default().head();
    let note = key().sign(head).unwrap();
    assert_eq!(key().verifier().open(note.as_bytes()).unwrap().head, head);
}

/// Signs any text with the log's key, as a careless log would.
fn sign_text(text: &str) -> String {
    let mut note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&key()]).unwrap();
    String::from_utf8(note.to_bytes()).unwrap()
}

#[test]
fn what_is_not_this_logs_checkpoint_is_refused() {
    let note = signed(3);
    let root = grown(3).0.head().root.to_string();
    let origin = "ledger.example/demo-bank";
    let other_key = LogKey::from_seed(name(origin), &[8; 32])
        .sign(grown(3).0.head())
        .unwrap();
    let other_log = LogKey::from_seed(name("ledger.example/other"), &SEED);
    let other_log = other_log.sign(grown(3).0.head()).unwrap();
    let (text, line) = note.split_once("\n\n").unwrap();
    let cases = [
        ("unknown key", other_key),
        ("unknown key", other_log),
        (
            "wrong origin",
            sign_text(&format!("ledger.example/other\n3\n{root}\n")),
        ),
        (
            "malformed",
            sign_text(&format!("{origin}\n3\n{root}\nextended\n")),
        ),
        ("malformed", sign_text(&format!("{origin}\n03\n{root}\n"))),
        ("malformed", sign_text(&format!("{origin}\n+3\n{root}\n"))),
        ("malformed", sign_text(&format!("{origin}\n-3\n{root}\n"))),
        (
            "malformed",
            sign_text(&format!("{origin}\n18446744073709551616\n{root}\n")),
        ),
        (
            "too large",
            sign_text(&format!("{origin}\n18446744073709551615\n{root}\n")),
        ),
        (
            "malformed",
            sign_text(&format!("{origin}\n3\n{}\n", &root[4..])),
        ),
        (
            "malformed",
            sign_text(&format!("{origin}\n3\n{}\n", root.trim_end_matches('='))),
        ),
        ("malformed", sign_text(&format!("{origin}\n3\n"))),
        ("malformed", sign_text("\n3\n")),
        ("bad signature", note.replacen("\n3\n", "\n4\n", 1)),
        ("bad signature", format!("{text}\nextended\n\n{line}")),
        ("malformed", format!("{note}extended\n")),
        ("malformed", note.trim_end().to_owned()),
        ("malformed", note.replace('\n', "\r\n")),
        ("malformed", text.to_owned()),
        ("malformed", String::new()),
        ("malformed", format!("{note}\0")),
        (
            "too large",
            format!("{}{note}", "x".repeat(CHECKPOINT_BYTES_MAX)),
        ),
    ];
    for (expect, case) in cases {
        let fault = key().verifier().open(case.as_bytes()).unwrap_err();
        assert_eq!(rule_of(&fault), expect, "{case:?}: {fault}");
    }
    assert!(key().verifier().open(b"\xff\xfe\n\n\n").is_err());
}

#[test]
fn a_verifier_key_has_one_spelling() {
    let text = key().verifier().to_string();
    assert_eq!(text.parse::<LogVerifier>().unwrap(), key().verifier());
    // The example of the signed-note specification's Go implementation.
    let known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(known.parse::<LogVerifier>().unwrap().to_string(), known);
    let witness = WitnessKey::from_seed(name("witness.example"), &[9; 32])
        .verifier()
        .to_string();
    witness.parse::<Witness>().unwrap();
    for bad in [
        witness.as_str(),
        "",
        "+",
        "++",
        "name",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+",
        "PeterNeumann+c74f20a3+AQ==",
        " PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        &text.repeat(9),
    ] {
        assert!(bad.parse::<LogVerifier>().is_err(), "{bad:?}");
    }
    assert!(text.parse::<Witness>().is_err());
}

#[test]
fn the_secret_is_not_shown() {
    assert_eq!(format!("{:?}", key()), "LogKey(ledger.example/demo-bank)");
}

#[test]
fn a_witness_cosigns_a_checkpoint_and_no_other() {
    let witness = WitnessKey::from_seed(name("witness.example/w1"), &[9; 32]);
    let known = witness.verifier().to_string().parse::<Witness>().unwrap();
    let note = signed(3);
    let checkpoint = key().verifier().open(note.as_bytes()).unwrap();
    let line = witness.cosign(&checkpoint, 1_767_225_600).unwrap();
    assert_eq!(known.check_line(&checkpoint, &line).unwrap(), 1_767_225_600);
    let other = key().verifier().open(signed(4).as_bytes()).unwrap();
    assert_eq!(
        rule_of(&known.check_line(&other, &line).unwrap_err()),
        "bad signature"
    );
    let log_line = note.lines().last().unwrap();
    assert_eq!(
        rule_of(&known.check_line(&checkpoint, log_line).unwrap_err()),
        "unknown key"
    );
    let stranger = WitnessKey::from_seed(name("witness.example/w1"), &[10; 32]);
    assert!(stranger.verifier().check_line(&checkpoint, &line).is_err());
    for bad in [
        "",
        "—",
        "— witness.example/w1 AAAA",
        "— a b\n— c d\n",
        "x\n\n— a b",
    ] {
        assert!(known.check_line(&checkpoint, bad).is_err(), "{bad:?}");
    }
    assert!(witness.cosign(&checkpoint, u64::MAX).is_err());

    // Attached, the log's signature still holds; a newer line takes the older's place.
    let both = attach(&note, &line).unwrap();
    assert_eq!(key().verifier().open(both.as_bytes()).unwrap(), checkpoint);
    assert_eq!(known.check_note(both.as_bytes()).unwrap(), 1_767_225_600);
    let newer = witness.cosign(&checkpoint, 1_767_225_601).unwrap();
    let newer = attach(&both, &newer).unwrap();
    assert_eq!(known.check_note(newer.as_bytes()).unwrap(), 1_767_225_601);
    assert_eq!(newer.lines().count(), 6);
    assert_eq!(
        rule_of(&known.check_note(note.as_bytes()).unwrap_err()),
        "unknown key"
    );
}

#[test]
fn the_cosignature_of_the_specification_holds() {
    // C2SP tlog-cosignature gives the signed message; here it is signed byte for byte by
    // another route than `cosign`.
    use ed25519_dalek::Signer as _;
    let root = crate::Hash::parse_hash("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").unwrap();
    let head = crate::Head {
        size: 20_852_163,
        root,
    };
    let checkpoint = Checkpoint {
        origin: name("example.com/behind-the-sofa"),
        head,
    };
    let message = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
                   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let signature = ed25519_dalek::SigningKey::from_bytes(&SEED).sign(message.as_bytes());
    let witness = WitnessKey::from_seed(name("witness.example.com/w1"), &SEED);
    let line = witness.cosign(&checkpoint, 1_679_315_147).unwrap();
    let base64 = line.trim_end().rsplit(' ').next().unwrap();
    let bytes = data_encoding::BASE64.decode(base64.as_bytes()).unwrap();
    assert_eq!(bytes[4..12], 1_679_315_147u64.to_be_bytes());
    assert_eq!(bytes[12..], signature.to_bytes());
}

#[test]
fn a_downloaded_proof_stands_alone() {
    let (_, mut storage) = grown(11);
    let proof = LeafProof::make(7, &signed(11), &key().verifier(), &mut storage).unwrap();
    let text = proof.to_string();
    assert!(
        text.starts_with("c2sp.org/tlog-proof@v1\nextra ZXZlbnQgNw==\nindex 7\n"),
        "{text}"
    );
    let read: LeafProof = text.parse().unwrap();
    assert_eq!(read, proof);
    assert_eq!(read.leaf, leaf(7));
    assert_eq!(read.verify(&key().verifier()).unwrap().head.size, 11);

    let check = |changed: String, expect: &str| {
        let fault = changed
            .parse::<LeafProof>()
            .and_then(|proof| proof.verify(&key().verifier()))
            .unwrap_err();
        assert_eq!(rule_of(&fault), expect, "{changed}");
    };
    check(
        text.replacen("ZXZlbnQgNw==", "ZXZlbnQgOA==", 1),
        "not proven",
    );
    check(text.replacen("index 7", "index 6", 1), "not proven");
    check(text.replacen("index 7", "index 11", 1), "not proven");
    check(text.replacen("index 7", "index 07", 1), "malformed");
    check(
        text.replacen("index 7", "index 18446744073709551616", 1),
        "malformed",
    );
    check(text.replacen("\n11\n", "\n12\n", 1), "bad signature");
    check(text.replacen("@v1", "@v2", 1), "malformed");
    check(text.replacen("extra ", "", 1), "malformed");
    check(
        text.replacen("index 7\n", &format!("index 7\n{}", "A\n".repeat(3)), 1),
        "malformed",
    );
    let hash = format!("{}\n", grown(1).0.head().root);
    check(
        text.replacen("index 7\n", &format!("index 7\n{hash}"), 1),
        "not proven",
    );
    check(
        text.replacen("index 7\n", &format!("index 7\n{}", hash.repeat(99)), 1),
        "too large",
    );
    check("x".repeat(100_000), "too large");
    check(String::new(), "malformed");
}

#[test]
fn the_proof_of_the_longest_leaf_is_within_the_limit() {
    let leaf = vec![b'x'; LEAF_BYTES_MAX];
    let appended = Tree::default().append(&[&leaf]).unwrap();
    let mut storage = crate::Memory::default();
    storage.store(&[&leaf], &appended);
    let note = key().sign(appended.tree.head()).unwrap();
    let proof = LeafProof::make(0, &note, &key().verifier(), &mut storage).unwrap();
    proof
        .to_string()
        .parse::<LeafProof>()
        .unwrap()
        .verify(&key().verifier())
        .unwrap();
}

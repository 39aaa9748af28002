//! `tillkey policy`: checks a folder of policies exhaustively, and explains one answer.
//!
//! It reads files and prints; what a policy means is the rules' to say. Without a folder
//! it takes the policy that Tillkey is delivered with.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tillkey_rules::policy::check::{Counterexample, Progress, Report, check};
use tillkey_rules::policy::{
    Bilingual, POLICY_FILE_BYTES_MAX, POLICY_FILES_MAX, Policy, PolicyFile, Question,
};
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};
use tillkey_wire::ids::Rank;

/// Checks the policies, or explains one of their answers.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Asks every question there is, and prints a counterexample to each broken invariant
    Check(CheckArgs),
    /// Says what is decided in one case, why, and what would help
    Explain(ExplainArgs),
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// The folder with *.cedar and offers.toml; without it, the policy delivered
    dir: Option<PathBuf>,
    #[command(flatten)]
    shown: Shown,
}

/// How the answer is shown.
#[derive(Debug, Args)]
struct Shown {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// The language of the answer
    #[arg(long, value_enum, default_value = "en")]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// Chinese
    #[value(name = "zh-CN")]
    ZhCn,
    /// English
    En,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    /// The folder with *.cedar and offers.toml; without it, the policy delivered
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Where the case came from
    #[arg(long, value_parser = words(Channel::ALL, Channel::name))]
    channel: Channel,
    /// What evidence it holds; several with commas, or given several times
    #[arg(long, value_delimiter = ',', value_parser = words(EvidenceKind::ALL, EvidenceKind::name))]
    evidence: Vec<EvidenceKind>,
    /// What can be had right now; without it, all that the channel gathers
    #[arg(long, value_delimiter = ',', value_parser = words(EvidenceKind::ALL, EvidenceKind::name))]
    offered: Option<Vec<EvidenceKind>>,
    /// Why the password is to be replaced
    #[arg(long, default_value = "forgotten", value_parser = words(Reason::ALL, Reason::name))]
    reason: Reason,
    /// Whose password it is
    #[arg(long, default_value = "cashier", value_parser = words(&Rank::ALL, Rank::name))]
    rank: Rank,
    /// Whether the merchant may be served
    #[arg(long, default_value = "active", value_parser = words(MerchantStatus::ALL, MerchantStatus::name))]
    merchant: MerchantStatus,
    /// Hours since a contact of the merchant changed
    #[arg(long, default_value_t = 8760, value_name = "HOURS")]
    contact_age: u32,
    /// Failed attempts in 30 days
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    failures: u32,
    /// Effective resets in 30 days
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    resets: u32,
    /// The hour of day at the merchant
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u8).range(0..24))]
    hour: u8,
    /// The terminal is not connected
    #[arg(long)]
    terminal_offline: bool,
    /// Whether the terminal holds an unsettled batch; without it, unknown
    #[arg(long, value_name = "YES_OR_NO", value_parser = ["yes", "no"])]
    unsettled_batch: Option<String>,
    /// An alert about the operator, the terminal or the merchant is open
    #[arg(long)]
    open_alert: bool,
    #[command(flatten)]
    shown: Shown,
}

/// Reads one word of a closed list, and shows the list in the help.
fn words<T>(all: &'static [T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(|word| name(*word))).try_map(move |text| {
        let found = all.iter().copied().find(|word| name(*word) == text);
        found.ok_or("not a word of the list")
    })
}

/// Runs the sub-command: 0 done, 1 it failed or found a counterexample.
pub(crate) fn run(args: &PolicyArgs) -> ExitCode {
    // The bar hides itself where standard error is not a terminal.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let mut out = io::stdout().lock();
    let done = match &args.command {
        PolicyCommand::Check(args) => run_check(args, &bar, &mut out),
        PolicyCommand::Explain(args) => run_explain(args, &mut out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Where even standard error is gone, the status has to say it.
            let _ = writeln!(io::stderr(), "tillkey policy: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run_check(args: &CheckArgs, bar: &ProgressBar, out: &mut impl Write) -> Result<(), String> {
    let checked = read(args.dir.as_deref()).and_then(|policy| {
        let begun = Instant::now();
        let report = checked_with_bar(&policy, bar)?;
        Ok((report, begun.elapsed()))
    });
    let (report, took) = match checked {
        Ok(checked) => checked,
        Err(why) => {
            if args.shown.json {
                print(out, &pretty(&json!({ "ok": false, "fault": why })))?;
            }
            return Err(why);
        }
    };
    let text = if args.shown.json {
        pretty(&json!({
            "ok": report.holds(),
            "digest": report.digest,
            "policies": report.policies,
            "questions": report.questions,
            "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "counterexamples": report.counterexamples.iter().map(told).collect::<Vec<_>>(),
        }))
    } else {
        let seconds = format!("{:.1}", took.as_secs_f64());
        summary(&report, &seconds, args.shown.lang)
    };
    print(out, &text)?;
    if report.holds() {
        Ok(())
    } else {
        Err(format!(
            "{} invariants are broken",
            report.counterexamples.len()
        ))
    }
}

/// Checks and draws how far it is.
fn checked_with_bar(policy: &Policy, bar: &ProgressBar) -> Result<Report, String> {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let report = check(policy, &|Progress { done, total }| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    report.map_err(|fault| fault.to_string())
}

/// A counterexample for machines, with its sentence for people.
fn told(found: &Counterexample) -> Value {
    let mut value = json!(found);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("sentence".to_owned(), json!(found.sentence()));
    }
    value
}

fn summary(report: &Report, seconds: &str, lang: Lang) -> String {
    let Report {
        policies,
        questions,
        digest,
        ..
    } = report;
    let head = Bilingual::new(
        format!("{policies} 条规则，{questions} 个问题，用时 {seconds} 秒，摘要 {digest}"),
        format!("{policies} policies, {questions} questions in {seconds} s, digest {digest}"),
    );
    let result = if report.holds() {
        Bilingual::new("所有不变式成立", "every invariant holds")
    } else {
        Bilingual::new("存在反例：", "counterexamples:")
    };
    let mut lines = vec![choose(head, lang), choose(result, lang)];
    for found in &report.counterexamples {
        lines.push(format!(
            "  {}: {}",
            found.invariant.name(),
            choose(found.sentence(), lang)
        ));
    }
    lines.join("\n")
}

fn run_explain(args: &ExplainArgs, out: &mut impl Write) -> Result<(), String> {
    let policy = read(args.dir.as_deref())?;
    let question = Question {
        channel: args.channel,
        reason: args.reason,
        evidence: args.evidence.iter().copied().collect(),
        rank: args.rank,
        merchant_status: args.merchant,
        contact_age_hours: args.contact_age,
        failures_30d: args.failures,
        resets_30d: args.resets,
        hour: args.hour,
        terminal_online: !args.terminal_offline,
        unsettled_batch: args.unsettled_batch.as_deref().map(|held| held == "yes"),
        open_alert: args.open_alert,
    };
    let offered: BTreeSet<EvidenceKind> = match &args.offered {
        Some(kinds) => kinds.iter().copied().collect(),
        None => policy.offers().of(args.channel).iter().copied().collect(),
    };
    let explanation = policy.explain(&question, &offered);
    let text = if args.shown.json {
        pretty(&json!(explanation))
    } else {
        choose(explanation.text(), args.shown.lang)
    };
    print(out, &text)
}

/// Reads the policy files of a folder, and no others.
pub(crate) fn read(dir: Option<&Path>) -> Result<Policy, String> {
    let Some(dir) = dir else {
        return Ok(Policy::default_policy());
    };
    let failed = |path: &Path, why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| failed(dir, &error))? {
        let path = entry.map_err(|error| failed(dir, &error))?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let known = matches!(extension, Some("cedar" | "cedarschema" | "toml"));
        if !known || name.starts_with('.') {
            continue;
        }
        if files.len() == POLICY_FILES_MAX {
            return Err(failed(
                dir,
                &format!("more than {POLICY_FILES_MAX} policy files"),
            ));
        }
        let size = fs::metadata(&path)
            .map_err(|error| failed(&path, &error))?
            .len();
        if size > u64::try_from(POLICY_FILE_BYTES_MAX).unwrap_or(u64::MAX) {
            return Err(failed(
                &path,
                &format!("longer than {POLICY_FILE_BYTES_MAX} bytes"),
            ));
        }
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
        files.push(PolicyFile::new(name, text));
    }
    Policy::parse(&files).map_err(|fault| fault.to_string())
}

fn choose(text: Bilingual, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => text.zh,
        Lang::En => text.en,
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

fn print(out: &mut impl Write, text: &str) -> Result<(), String> {
    writeln!(out, "{text}").map_err(|error| format!("standard output: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        policy: PolicyArgs,
    }

    /// Runs a command line; gives what it printed and how it ended.
    fn tillkey_policy(line: &[&str]) -> (String, Result<(), String>) {
        let line = Line::try_parse_from(["tillkey-policy"].iter().chain(line)).unwrap();
        let mut out = Vec::new();
        let done = match &line.policy.command {
            PolicyCommand::Check(args) => run_check(args, &ProgressBar::hidden(), &mut out),
            PolicyCommand::Explain(args) => run_explain(args, &mut out),
        };
        (String::from_utf8(out).unwrap(), done)
    }

    const DELIVERED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy");

    #[test]
    fn the_delivered_folder_is_the_delivered_policy() {
        let (out, done) = tillkey_policy(&["check", DELIVERED, "--json"]);
        assert_eq!(done, Ok(()));
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["ok"], true);
        assert_eq!(report["digest"], json!(Policy::default_policy().digest()));
        let (out, _) = tillkey_policy(&["check", "--lang", "zh-CN"]);
        assert!(out.contains("所有不变式成立"), "{out}");
    }

    #[test]
    fn a_broken_folder_fails_with_its_counterexample_or_its_line() {
        let dir = tempfile::tempdir().unwrap();
        for file in Policy::default_files() {
            let text = file
                .text
                .replace("context.hour >= 22", "context.hours >= 22");
            fs::write(dir.path().join(file.name), text).unwrap();
        }
        let path = dir.path().to_str().unwrap();
        let (out, done) = tillkey_policy(&["check", path, "--json"]);
        assert!(done.unwrap_err().starts_with("review.cedar:"), "{out}");
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["ok"], false);

        let review = dir.path().join("review.cedar");
        let bad = "@id(\"all\") @reason_zh(\"全\") @reason_en(\"all\") permit (principal, action, resource);";
        fs::write(review, bad).unwrap();
        let (out, done) = tillkey_policy(&["check", path]);
        assert!(done.unwrap_err().contains("invariants are broken"), "{out}");
        assert!(
            out.contains("possession_or_identity: ") && out.contains("policies: all"),
            "{out}"
        );
        let (out, _) = tillkey_policy(&["check", path, "--json"]);
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            report["counterexamples"][0]["invariant"],
            "possession_or_identity"
        );
        assert!(report["counterexamples"][0]["sentence"]["zh"].is_string());
    }

    #[test]
    fn one_answer_is_explained_in_both_languages() {
        let line = [
            "explain",
            "--channel",
            "hotline",
            "--evidence",
            "sms_code",
            "--hour",
            "23",
        ];
        let (out, done) = tillkey_policy(&line);
        assert_eq!(done, Ok(()));
        assert!(out.contains("decision: goes to review by two"), "{out}");
        let (out, _) = tillkey_policy(&[&line[..], &["--lang", "zh-CN"]].concat());
        assert!(out.contains("裁定：须两人审核"), "{out}");
        let (out, _) = tillkey_policy(&[&line[..], &["--json"]].concat());
        let explanation: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            explanation["verdict"]["decision"],
            json!({ "review": { "reviewers": 2 } })
        );
    }

    #[test]
    fn wrong_use_is_found_before_anything_runs() {
        for line in [
            &["explain"][..],
            &["explain", "--channel", "fax"],
            &["explain", "--channel", "app", "--evidence", "receipt"],
            &["explain", "--channel", "app", "--hour", "24"],
            &["check", "a", "b"],
        ] {
            let error = Line::try_parse_from(["tillkey-policy"].iter().chain(line)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
    }
}

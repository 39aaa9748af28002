//! What a terminal's own report means for whoever stands before it: what is wrong, and
//! what to do about each.
//!
//! Hints. A report can be forged (attack G06), so nothing is permitted because of one,
//! and nothing here answers to the policy. The same words for the merchant's phone, the
//! agent's desk and the counter.

use jiff::Timestamp;
use tillkey_wire::health::{
    Condition, Health, HealthReport, Lamp, Network, NetworkKind, Power, PowerSource, Printer,
};

use crate::policy::Bilingual;

/// Below this the battery may not last through a reset.
const BATTERY_PERCENT_LOW: u8 = 20;
/// Below this it hardly lasts at all.
const BATTERY_PERCENT_CRITICAL: u8 = 5;
/// How far a clock may be off without anybody noticing.
const CLOCK_OFF_SECONDS_MAX: u64 = 5 * 60;
/// Below this a backup may find no room.
const STORAGE_FREE_KIB_LOW: u32 = 8 * 1_024;
/// From this age on a report says little of now.
const REPORT_OLD_HOURS: u32 = 24;

/// A report, and what the server knows besides.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// What the terminal said.
    pub report: &'a HealthReport,
    /// How far its clock was ahead of the server's; negative where it was behind.
    pub clock_ahead_seconds: i64,
    /// When it came, by the server's clock.
    pub reported_at: Timestamp,
    /// Whether the terminal has a live link.
    pub online: bool,
    /// When this is.
    pub now: Timestamp,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A reset cannot be finished before it is mended.
    Hinders,
    /// It can, and something else will not work.
    Remark,
}

impl Weight {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hinders => "hinders",
            Self::Remark => "remark",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable name.
    pub code: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// What is wrong.
    pub what: Bilingual,
    /// What to do.
    pub advice: Bilingual,
}

impl Finding {
    fn new(code: &'static str, weight: Weight, what: [&str; 2], advice: [&str; 2]) -> Self {
        let ([what_zh, what_en], [advice_zh, advice_en]) = (what, advice);
        Self {
            code,
            weight,
            what: Bilingual::new(what_zh, what_en),
            advice: Bilingual::new(advice_zh, advice_en),
        }
    }
}

/// What is wrong with a terminal, what matters most first; nothing where nothing is.
pub fn findings(reading: &Reading<'_>) -> Vec<Finding> {
    let Health {
        power,
        screen,
        lamps,
        printer,
        network,
        storage_free_kib,
        sale_in_progress,
        unsettled,
    } = &reading.report.health;
    let mut found: Vec<Finding> = [
        offline(reading),
        power.as_ref().and_then(of_power),
        screen.and_then(of_screen),
        sale_in_progress.and_then(of_sale),
        network.as_ref().and_then(of_network),
        printer.and_then(of_printer),
        of_clock(reading.clock_ahead_seconds),
        storage_free_kib.and_then(of_storage),
        unsettled.and_then(of_unsettled),
        of_age(reading),
    ]
    .into_iter()
    .flatten()
    .collect();
    let dark = lamps
        .iter()
        .filter(|(_, condition)| **condition == Condition::Faulty);
    found.extend(dark.map(|(lamp, _)| of_lamp(*lamp)));
    found.sort_by_key(|finding| finding.weight);
    found
}

fn offline(reading: &Reading<'_>) -> Option<Finding> {
    (!reading.online).then(|| {
        Finding::new(
            "offline",
            Weight::Hinders,
            ["终端未联机。", "The terminal is not connected."],
            [
                "请开机，并检查网线、WLAN 或 SIM 卡，屏幕显示「已联机」后再继续。",
                "Switch it on, check the cable, the Wi-Fi or the SIM card, and go on when it says Online.",
            ],
        )
    })
}

fn of_power(power: &Power) -> Option<Finding> {
    let percent = power.battery_percent?.get();
    if power.source == PowerSource::Mains || percent >= BATTERY_PERCENT_LOW {
        return None;
    }
    let weight = if percent < BATTERY_PERCENT_CRITICAL {
        Weight::Hinders
    } else {
        Weight::Remark
    };
    let (zh, en) = (
        format!("电池电量只有 {percent}%。"),
        format!("The battery is at {percent}%."),
    );
    Some(Finding::new(
        "battery_low",
        weight,
        [&zh, &en],
        [
            "请接上电源再操作。",
            "Plug the terminal in before you go on.",
        ],
    ))
}

fn of_screen(screen: Condition) -> Option<Finding> {
    (screen == Condition::Faulty).then(|| {
        Finding::new(
            "screen_faulty",
            Weight::Hinders,
            ["终端屏幕有故障。", "The terminal's screen is faulty."],
            [
                "请联系收单机构更换终端，不要自行恢复出厂设置。",
                "Ask your bank for another terminal. Do not reset this one to factory settings.",
            ],
        )
    })
}

fn of_sale(in_progress: bool) -> Option<Finding> {
    in_progress.then(|| {
        Finding::new(
            "sale_in_progress",
            Weight::Remark,
            [
                "终端上有一笔交易尚未完成。",
                "A sale on the terminal is not finished.",
            ],
            [
                "请先完成或取消这笔交易，再输入重置码。",
                "Finish or cancel it before you type the reset code.",
            ],
        )
    })
}

fn of_network(network: &Network) -> Option<Finding> {
    if network.bars?.get() > 1 {
        return None;
    }
    let advice = match network.kind {
        NetworkKind::Wifi => [
            "请把终端移到离路由器近一些的地方。",
            "Move the terminal closer to the router.",
        ],
        NetworkKind::Cellular => [
            "请把终端移到窗边或信号好的地方。",
            "Move the terminal to a window, or to where the signal is better.",
        ],
        NetworkKind::Ethernet | NetworkKind::Modem => [
            "请检查网线或电话线是否插好。",
            "Check that the cable is plugged in firmly.",
        ],
    };
    Some(Finding::new(
        "signal_weak",
        Weight::Remark,
        ["终端网络信号弱。", "The terminal's signal is weak."],
        advice,
    ))
}

fn of_printer(printer: Printer) -> Option<Finding> {
    let (code, what, advice) = match printer {
        Printer::Ready => return None,
        Printer::PaperLow => (
            "paper_low",
            ["打印纸快用完了。", "The paper roll is nearly used up."],
            ["请备好一卷新的打印纸。", "Have a new roll at hand."],
        ),
        Printer::PaperOut => (
            "paper_out",
            ["打印机缺纸。", "The printer is out of paper."],
            [
                "请装入打印纸。重置密码不受影响，但无法打印签购单。",
                "Put in a roll. A reset works without it; receipts cannot be printed.",
            ],
        ),
        Printer::CoverOpen => (
            "printer_cover_open",
            ["打印机盖没有合上。", "The printer's cover is open."],
            ["请合上打印机盖。", "Close it."],
        ),
        Printer::Overheated => (
            "printer_overheated",
            ["打印机过热。", "The printer is too hot."],
            ["请等几分钟再打印。", "Wait some minutes before you print."],
        ),
        Printer::Faulty => (
            "printer_faulty",
            ["打印机有故障。", "The printer is broken."],
            [
                "请联系收单机构维修。重置密码不受影响。",
                "Ask your bank for a repair. A reset works without it.",
            ],
        ),
    };
    Some(Finding::new(code, Weight::Remark, what, advice))
}

fn of_clock(ahead_seconds: i64) -> Option<Finding> {
    let off = ahead_seconds.unsigned_abs();
    if off <= CLOCK_OFF_SECONDS_MAX {
        return None;
    }
    let (zh_off, en_off) = length(off);
    let (zh_way, en_way) = if ahead_seconds > 0 {
        ("快", "fast")
    } else {
        ("慢", "slow")
    };
    let (zh, en) = (
        format!("终端时钟{zh_way}了{zh_off}。"),
        format!("The terminal's clock is {en_off} {en_way}."),
    );
    Some(Finding::new(
        "clock_off",
        Weight::Remark,
        [&zh, &en],
        [
            "请在终端的系统设置中校正日期和时间。重置密码不受影响。",
            "Set date and time in the terminal's settings. A reset does not depend on them.",
        ],
    ))
}

/// A length of time in its largest whole unit.
fn length(seconds: u64) -> (String, String) {
    let in_units = |count: u64, zh: &str, en: &str| {
        let plural = if count == 1 { "" } else { "s" };
        (format!(" {count} {zh}"), format!("{count} {en}{plural}"))
    };
    match seconds {
        0..3_600 => in_units(seconds / 60, "分钟", "minute"),
        3_600..86_400 => in_units(seconds / 3_600, "小时", "hour"),
        _ => in_units(seconds / 86_400, "天", "day"),
    }
}

fn of_storage(free_kib: u32) -> Option<Finding> {
    (free_kib < STORAGE_FREE_KIB_LOW).then(|| {
        Finding::new(
            "storage_low",
            Weight::Remark,
            ["终端存储空间不足。", "The terminal is short of storage."],
            [
                "请先做结算，再联系收单机构清理。不要自行删除数据。",
                "Settle first, then ask your bank to make room. Delete nothing yourself.",
            ],
        )
    })
}

fn of_unsettled(count: u32) -> Option<Finding> {
    if count == 0 {
        return None;
    }
    let (zh, en) = (
        format!("终端上有 {count} 笔交易尚未结算。"),
        match count {
            1 => "1 transaction on the terminal is not settled.".to_owned(),
            _ => format!("{count} transactions on the terminal are not settled."),
        },
    );
    Some(Finding::new(
        "unsettled",
        Weight::Remark,
        [&zh, &en],
        [
            "重置密码不会影响这些交易。请不要恢复出厂设置，否则会丢失。",
            "A reset keeps them. Do not reset the terminal to factory settings: that loses them.",
        ],
    ))
}

fn of_age(reading: &Reading<'_>) -> Option<Finding> {
    let hours = crate::terms::hours_since(reading.reported_at, reading.now);
    // Whoever is connected and has nothing to say is as it last said.
    if reading.online || hours < REPORT_OLD_HOURS {
        return None;
    }
    let (zh_age, en_age) = length(u64::from(hours) * 3_600);
    let (zh, en) = (
        format!("以上是终端{zh_age}前报告的情况。"),
        format!("This is what the terminal said {en_age} ago."),
    );
    Some(Finding::new(
        "report_old",
        Weight::Remark,
        [&zh, &en],
        [
            "联机后会自动更新。",
            "It is renewed as soon as the terminal is connected.",
        ],
    ))
}

fn of_lamp(lamp: Lamp) -> Finding {
    let (zh, en) = match lamp {
        Lamp::Power => ("电源指示灯", "power lamp"),
        Lamp::Charging => ("充电指示灯", "charging lamp"),
        Lamp::Network => ("网络指示灯", "network lamp"),
        Lamp::Blue => ("蓝色非接指示灯", "blue contactless lamp"),
        Lamp::Yellow => ("黄色非接指示灯", "yellow contactless lamp"),
        Lamp::Green => ("绿色非接指示灯", "green contactless lamp"),
        Lamp::Red => ("红色非接指示灯", "red contactless lamp"),
    };
    let (zh, en) = (format!("{zh}不亮。"), format!("The {en} does not light."));
    Finding::new(
        "lamp_faulty",
        Weight::Remark,
        [&zh, &en],
        [
            "不影响重置密码。请以屏幕显示为准，并联系收单机构维修。",
            "A reset works without it. Go by the screen, and ask your bank for a repair.",
        ],
    )
}

#[cfg(test)]
mod tests {
    use tillkey_wire::health::{Bars, Percent, VERSION};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    /// What is found in a terminal that is online and has just said this.
    fn found(health: Health, ahead_seconds: i64) -> Vec<Finding> {
        let report = HealthReport {
            v: VERSION,
            firmware: "1.4.2".parse().unwrap(),
            clock: at(ahead_seconds),
            signed_on: 0,
            health,
        };
        findings(&Reading {
            report: &report,
            clock_ahead_seconds: ahead_seconds,
            reported_at: at(0),
            online: true,
            now: at(0),
        })
    }

    fn check(health: &Health, expect: &[&str]) {
        let codes: Vec<_> = found(health.clone(), 0)
            .iter()
            .map(|finding| finding.code)
            .collect();
        assert_eq!(codes, expect, "{health:?}");
    }

    fn battery(source: PowerSource, percent: u8) -> Health {
        Health {
            power: Some(Power {
                source,
                battery_percent: Some(Percent::at_most(percent)),
            }),
            ..Health::default()
        }
    }

    fn printer(printer: Printer) -> Health {
        Health {
            printer: Some(printer),
            ..Health::default()
        }
    }

    #[test]
    fn each_part_is_judged_by_itself() {
        use PowerSource::{Battery, Mains};
        check(&Health::default(), &[]);
        check(&battery(Battery, 20), &[]);
        check(&battery(Battery, 19), &["battery_low"]);
        check(&battery(Mains, 3), &[]);
        check(&printer(Printer::Ready), &[]);
        check(&printer(Printer::PaperLow), &["paper_low"]);
        check(&printer(Printer::PaperOut), &["paper_out"]);
        check(&printer(Printer::CoverOpen), &["printer_cover_open"]);
        check(&printer(Printer::Overheated), &["printer_overheated"]);
        check(&printer(Printer::Faulty), &["printer_faulty"]);
        for (kind, bars, expect) in [
            (NetworkKind::Wifi, Some(0), &["signal_weak"][..]),
            (NetworkKind::Cellular, Some(1), &["signal_weak"]),
            (NetworkKind::Cellular, Some(2), &[]),
            (NetworkKind::Ethernet, None, &[]),
        ] {
            let network = Some(Network {
                kind,
                bars: bars.map(Bars::at_most),
            });
            check(
                &Health {
                    network,
                    ..Health::default()
                },
                expect,
            );
        }
        for (free, expect) in [(8 * 1_024, &[][..]), (8 * 1_024 - 1, &["storage_low"])] {
            let storage_free_kib = Some(free);
            check(
                &Health {
                    storage_free_kib,
                    ..Health::default()
                },
                expect,
            );
        }
        for (unsettled, expect) in [(0, &[][..]), (1, &["unsettled"]), (9, &["unsettled"])] {
            check(
                &Health {
                    unsettled: Some(unsettled),
                    ..Health::default()
                },
                expect,
            );
        }
        let lamps = [
            (Lamp::Power, Condition::Good),
            (Lamp::Network, Condition::Faulty),
            (Lamp::Red, Condition::Faulty),
        ];
        check(
            &Health {
                lamps: lamps.into(),
                ..Health::default()
            },
            &["lamp_faulty", "lamp_faulty"],
        );
    }

    #[test]
    fn what_hinders_a_reset_comes_first() {
        let health = Health {
            screen: Some(Condition::Faulty),
            sale_in_progress: Some(true),
            printer: Some(Printer::PaperOut),
            ..battery(PowerSource::Battery, 4)
        };
        check(
            &health,
            &[
                "battery_low",
                "screen_faulty",
                "sale_in_progress",
                "paper_out",
            ],
        );
    }

    #[test]
    fn g09_a_clock_that_is_off_is_said_and_nothing_more() {
        for (ahead, what) in [
            (300, None),
            (-300, None),
            (301, Some("The terminal's clock is 5 minutes fast.")),
            (-7_000, Some("The terminal's clock is 1 hour slow.")),
            (200 * 86_400, Some("The terminal's clock is 200 days fast.")),
            (
                i64::MIN,
                Some("The terminal's clock is 106751991167300 days slow."),
            ),
        ] {
            let report = HealthReport {
                v: VERSION,
                firmware: "1.4.2".parse().unwrap(),
                clock: at(0),
                signed_on: 0,
                health: Health::default(),
            };
            let found = findings(&Reading {
                report: &report,
                clock_ahead_seconds: ahead,
                reported_at: at(0),
                online: true,
                now: at(0),
            });
            let said: Vec<_> = found
                .iter()
                .map(|finding| finding.what.en.as_str())
                .collect();
            assert_eq!(said, what.into_iter().collect::<Vec<_>>(), "{ahead}");
            assert!(found.iter().all(|finding| finding.weight == Weight::Remark));
        }
    }

    #[test]
    fn a_terminal_that_is_away_and_what_it_said_long_ago_are_told() {
        let report = HealthReport {
            v: VERSION,
            firmware: "1.4.2".parse().unwrap(),
            clock: at(0),
            signed_on: 0,
            health: Health::default(),
        };
        let codes = |online, hours: i64| -> Vec<&str> {
            let reading = Reading {
                report: &report,
                clock_ahead_seconds: 0,
                reported_at: at(0),
                online,
                now: at(hours * 3_600),
            };
            findings(&reading)
                .iter()
                .map(|finding| finding.code)
                .collect()
        };
        assert_eq!(codes(true, 100), [""; 0]);
        assert_eq!(codes(false, 23), ["offline"]);
        assert_eq!(codes(false, 24), ["offline", "report_old"]);
    }

    #[test]
    fn each_finding_speaks_both_languages_and_says_what_to_do() {
        let is_han = |character: char| ('\u{4e00}'..='\u{9fff}').contains(&character);
        let health = Health {
            screen: Some(Condition::Faulty),
            lamps: [(Lamp::Blue, Condition::Faulty)].into(),
            printer: Some(Printer::Overheated),
            network: Some(Network {
                kind: NetworkKind::Cellular,
                bars: Some(Bars::at_most(0)),
            }),
            storage_free_kib: Some(1),
            sale_in_progress: Some(true),
            unsettled: Some(3),
            ..battery(PowerSource::Battery, 1)
        };
        let found = found(health, 900);
        assert_eq!(found.len(), 9);
        for Finding {
            code, what, advice, ..
        } in found
        {
            for text in [&what, &advice] {
                assert!(
                    text.zh.chars().any(is_han) && text.zh.ends_with('。'),
                    "{code}"
                );
                assert!(text.en.is_ascii() && text.en.ends_with('.'), "{code}");
            }
        }
    }
}

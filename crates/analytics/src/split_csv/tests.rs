use super::*;

const EXPECT: &str = "10.10.25.46=6,10.10.26.40=3,10.10.23.40=1";

fn judge(text: &str, column: Option<&str>) -> Result<CsvSplit, Problem> {
    judge_csv(text.as_bytes(), column, &parse_expect(EXPECT).unwrap())
}

/// A log of ten answers by 6:3:1 for each repetition, each cell written by `cell`.
fn log(column: &str, repeats: usize, cell: impl Fn(&str) -> String) -> String {
    let mut text = format!("ts,{column},rcode\r\n");
    for _ in 0..repeats {
        for (address, times) in [("10.10.25.46", 6), ("10.10.26.40", 3), ("10.10.23.40", 1)] {
            for _ in 0..times {
                text += &format!("2026-11-20T08:00:00Z,{},NOERROR\r\n", cell(address));
            }
        }
    }
    text
}

#[test]
fn an_exact_log_passes_by_the_bound_in_every_form_of_cell() {
    let forms: [(&str, fn(&str) -> String); 4] = [
        ("answers", |a| format!("{a};192.0.2.9")),
        ("answers", str::to_owned),
        ("dns_ips", |a| format!("['{a}']")),
        ("dns_ips", |a| format!("\"[\"\"{a}\"\",\"\"192.0.2.9\"\"]\"")),
    ];
    for (column, cell) in forms {
        let split = judge(&log(column, 50, cell), None).unwrap();
        assert_eq!((&*split.column, split.rows, split.empty), (column, 500, 0));
        assert_eq!((split.segment.verdict, split.segment.mode), (Verdict::Pass, SplitMode::Exact));
        assert_eq!(split.segment.members.iter().map(|m| m.observed).collect::<Vec<_>>(), [300, 150, 50]);
    }
}

#[test]
fn counts_beyond_the_bound_are_held_to_the_test_of_draws() {
    let mut text = log("answers", 100, str::to_owned);
    for _ in 0..8 {
        text += "t,10.10.23.40,NOERROR\n";
    }
    let split = judge(&text, None).unwrap();
    assert_eq!((split.segment.verdict, split.segment.mode), (Verdict::Pass, SplitMode::Random));
    for _ in 0..100 {
        text += "t,10.10.23.40,NOERROR\n";
    }
    let split = judge(&text, None).unwrap();
    assert_eq!(split.segment.verdict, Verdict::Fail);
    assert!(
        split.segment.reason.starts_with("10.10.23.40 got 208 answers where 110.8 were due"),
        "{split:?}"
    );
}

#[test]
fn empty_cells_short_rows_and_the_other_family_are_counted_and_do_not_judge() {
    let mut text = log("answers", 10, str::to_owned);
    text += "t,,NXDOMAIN\nt,[],NOERROR\nt\nt,2001:db8::1,NOERROR\n";
    let split = judge(&text, None).unwrap();
    assert_eq!((split.rows, split.empty, split.other_family), (104, 3, 1));
    assert_eq!((split.segment.answered, split.segment.verdict), (100, Verdict::Pass));
}

#[test]
fn strangers_fail_and_are_named_most_frequent_first() {
    let mut text = log("answers", 10, str::to_owned);
    text += "t,192.0.2.1,NOERROR\nt,192.0.2.2,NOERROR\nt,192.0.2.2,NOERROR\nt,alias.example.org,NOERROR\n";
    let split = judge(&text, None).unwrap();
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    assert_eq!(split.strangers, [(ip("192.0.2.2"), 2), (ip("192.0.2.1"), 1)]);
    assert_eq!((split.unreadable, split.segment.verdict), (1, Verdict::Fail));
    assert_eq!(split.segment.reason, "4 answers named an address that was not an eligible member.");
}

#[test]
fn a_column_is_found_by_name_whatever_the_separator_and_the_letters() {
    let text = log("DNS_IPs", 1, str::to_owned);
    for text in [text.clone(), text.replace(',', ";"), text.replace(',', "\t"), format!("\u{feff}{text}")] {
        assert_eq!(judge(&text, Some("dns_ips")).unwrap().rows, 10, "{text}");
        assert_eq!(judge(&text, None).unwrap().column, "DNS_IPs");
    }
    let first = format!("\u{feff}answers,x\n{}", "10.10.25.46,\n".repeat(10));
    assert_eq!(judge(&first, Some("answers")).unwrap().rows, 10, "a byte order mark is no part of a name");
}

#[test]
fn our_column_comes_before_the_foreign_one() {
    let text = "dns_ips,answers\n192.0.2.1,10.10.25.46\n";
    assert_eq!(judge(text, None).unwrap().column, "answers");
}

/// Heads of files as other programs write them, each with a row that answers the first address at 08:00.
const FOREIGN: [(&str, &str, Option<&str>); 7] = [
    (include_str!("tests/route53_athena.csv"), "answers", Some("query_timestamp")),
    (
        include_str!("tests/dns_collector_flat.csv"),
        "dns.resource-records.an.0.rdata",
        Some("dnstap.timestamp-rfc3339ns"),
    ),
    (include_str!("tests/dns_collector_text.csv"), "answer-ip", Some("timestamp-rfc3339ns")),
    (include_str!("tests/cloudflare_gateway.csv"), "ResolvedIPs", Some("Datetime")),
    (include_str!("tests/packetbeat.csv"), "dns.resolved_ip", Some("@timestamp")),
    (include_str!("tests/zeek_dns.log"), "answers", Some("ts")),
    (include_str!("tests/bare.csv"), "rdata", None),
];

#[test]
fn logs_of_other_programs_are_known_by_their_columns() {
    for (text, column, time) in FOREIGN {
        let split = judge(text, None).unwrap();
        assert_eq!((&*split.column, split.time.as_deref()), (column, time));
        assert_eq!((split.rows, split.empty), (3, 1), "{column}");
        let observed: Vec<u64> = split.segment.members.iter().map(|member| member.observed).collect();
        assert_eq!((observed, split.unreadable), (vec![1, 1, 0], 0), "{column}");
        let noon = 1_795_161_600_000_000;
        let times = time.map_or((0, 0), |_| (noon, noon + 60_000_001));
        assert_eq!((split.segment.from, split.segment.to), times, "{column}");
        let bars = split.over_time.map(|over| over.bars.iter().map(|(_, _, n)| n).sum::<u64>());
        assert_eq!((bars, split.timeless), (time.map(|_| 2), if time.is_some() { 0 } else { 3 }));
    }
}

#[test]
fn answers_over_time_are_those_of_the_verdict() {
    let mut text = "ts,answers\n".to_owned();
    for minute in 0..60 {
        for address in ["10.10.25.46", "10.10.26.40", "192.0.2.1", "2001:db8::1"] {
            text += &format!("2026-11-20T08:{minute:02}:30Z,{address}\n");
        }
    }
    text += "soon,10.10.25.46\n";
    let split = judge(&text, None).unwrap();
    let over = split.over_time.unwrap();
    let ip = |text: &str| Some(text.parse::<IpAddr>().unwrap());
    let of = |part: Option<IpAddr>| {
        over.bars.iter().filter(|(_, address, _)| *address == part).map(|(_, _, n)| n).sum::<u64>()
    };
    assert_eq!((of(ip("10.10.25.46")), of(ip("10.10.26.40")), of(None)), (60, 60, 60));
    assert_eq!((over.step, split.timeless, split.other_family), (60_000_000, 1, 60));
    assert_eq!(split.segment.members[0].observed, 61, "a row without a time is judged all the same");
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_the_remedy() {
    let text = log("dns_ips", 1, str::to_owned);
    for (text, column, field, value, message) in [
        (&*text, Some("dns_ip"), "column", "dns_ip", "did you mean dns_ips?"),
        (&text, Some("address of it"), "column", "address of it", "use one of ts, dns_ips, rcode"),
        (&text, Some("rcode"), "column", "rcode", "name the column of the answers with --column"),
        ("ts,client_ip\n1,2\n", None, "column", "", "out of ts, client_ip"),
        ("", None, "csv", "", "the file is empty"),
    ] {
        let problem = judge(text, column).unwrap_err();
        assert_eq!((&*problem.field, &*problem.value), (field, value), "{problem}");
        assert!(problem.message.contains(message), "{problem}");
    }
    let missing = judge_csv_file(Path::new("/nowhere/log.csv"), None, &[]).unwrap_err();
    assert_eq!((&*missing.field, &*missing.value), ("csv", "/nowhere/log.csv"));
}

#[test]
fn a_head_alone_is_too_few_answers() {
    assert_eq!(judge("ts,answers\n", None).unwrap().segment.verdict, Verdict::Insufficient);
}

#[test]
fn a_quote_that_is_never_closed_ends_the_reading() {
    let text = format!("ts,answers\n1,\"{}", "10.10.25.46\n".repeat(500_000));
    let problem = judge(&text, None).unwrap_err();
    assert!(problem.message.contains("longer than 4 MiB"), "{problem}");
}

/// Rows made while they are read, so that the test holds no more of them than the code does.
struct Endless {
    left: u32,
    line: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if self.line.is_empty() {
            let Some(left) = self.left.checked_sub(1) else { return Ok(0) };
            self.left = left;
            let address = ["10.10.25.46", "10.10.26.40", "10.10.23.40"][match left % 10 {
                0..6 => 0,
                6..9 => 1,
                _ => 2,
            }];
            self.line = format!("{left},{address}\n").into_bytes();
        }
        let read = buf.len().min(self.line.len());
        buf[..read].copy_from_slice(&self.line[..read]);
        self.line.drain(..read);
        Ok(read)
    }
}

#[test]
fn a_million_rows_are_counted_to_the_last() {
    let rows = Endless { left: 1_000_000, line: b"n,answers\n".to_vec() };
    let split = judge_csv(rows, None, &parse_expect(EXPECT).unwrap()).unwrap();
    assert_eq!(split.rows, 1_000_000);
    assert_eq!(
        split.segment.members.iter().map(|m| m.observed).collect::<Vec<_>>(),
        [600_000, 300_000, 100_000]
    );
    assert_eq!(split.segment.verdict, Verdict::Pass);
}

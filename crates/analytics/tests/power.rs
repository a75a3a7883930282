//! What the verdicts are worth, by simulation: how often they accuse a split that is right, and how soon one that is
//! wrong. Draws come from fixed seeds, exact turns from the responder's own schedule.

use std::net::{IpAddr, Ipv4Addr};

use analytics::{SIGNIFICANCE, chi_square_survival, judge};
use model::config::HashMask;
use model::rrtype::Family;
use model::split::{
    DividedNetwork, HashShare, MemberRows, ObservedNetworks, ObservedSegment, Segment, SegmentMember,
    SplitMode, Verdict,
};
use steering::{Schedule, Slots, of_network};

const RUNS: u32 = 10_000;

/// Of [`RUNS`] runs that ever fail at a chance of [`SIGNIFICANCE`] 10 are expected at most; by Poisson's distribution
/// more than 20 have a chance of 0.0016.
const FALSE_ALARMS: u32 = 20;

/// A run grows to 2,000 answers, and is looked at after every hundredth.
const LOOKS: u64 = 20;
const ANSWERS_A_LOOK: u64 = 100;

/// Steele, Lea & Flood 2014: enough to draw by weights, the same in every run of the tests.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

fn segment(mode: SplitMode, declared: &[u16]) -> ObservedSegment {
    let member = |(i, &weight): (usize, &u16)| SegmentMember {
        pool: "p".into(),
        address: IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + i as u32)),
        site: None,
        weight,
        hash: None,
    };
    ObservedSegment {
        from: 0,
        to: 60_000_000,
        generation: 1,
        family: Family::V4,
        mode,
        runs: 1,
        members: declared.iter().enumerate().map(member).collect(),
        observed: vec![0; declared.len()],
        strangers: 0,
        networks: None,
    }
}

/// Looks at a run of independent draws by `served`, judged by `declared`, as it grows; true once `alarm` is.
fn ever(
    declared: &[u16],
    served: &Schedule,
    random: &mut SplitMix,
    looks: u64,
    mut alarm: impl FnMut(&Segment) -> bool,
) -> bool {
    let mut run = segment(SplitMode::Random, declared);
    (0..looks).any(|_| {
        for _ in 0..ANSWERS_A_LOOK {
            run.observed[served.draw(random.next()).unwrap()] += 1;
        }
        alarm(&judge(&run))
    })
}

fn failed(look: &Segment) -> bool {
    look.verdict == Verdict::Fail
}

/// How many of [`RUNS`] fair runs are accused at some look.
fn false_alarms(declared: &[u16], seed: u64, alarm: impl Fn(&Segment) -> bool) -> u32 {
    let served = Schedule::new(declared);
    let mut random = SplitMix(seed);
    let count = (0..RUNS).filter(|_| ever(declared, &served, &mut random, LOOKS, &alarm)).count() as u32;
    println!("{declared:?}: {count} of {RUNS} fair runs accused within {LOOKS} looks");
    count
}

#[test]
fn a_canary_that_is_right_is_not_accused_however_often_one_looks() {
    assert!(false_alarms(&[20, 20, 1], 1, failed) <= FALSE_ALARMS);
}

#[test]
fn nor_is_a_split_over_three_sites() {
    assert!(false_alarms(&[6, 4, 2], 2, failed) <= FALSE_ALARMS);
}

#[test]
fn nor_are_two_equals() {
    assert!(false_alarms(&[1, 1], 3, failed) <= FALSE_ALARMS);
}

/// Why the test is not a G-test: read at every one of 20 looks, its one in a thousand is eight.
#[test]
fn a_g_test_read_at_every_look_would_accuse_too_many() {
    let by_g = |look: &Segment| chi_square_survival(look.statistic, 1) < SIGNIFICANCE;
    assert!(false_alarms(&[1, 1], 3, by_g) > 2 * FALSE_ALARMS);
}

/// Stretches of the schedule from any place, after up to two restarts, at any length.
#[test]
fn an_exact_schedule_is_never_accused() {
    let mut random = SplitMix(4);
    let weights: [&[u16]; 8] = [
        &[20, 20, 1],
        &[6, 4, 2],
        &[1, 1],
        &[6, 3, 1],
        &[7, 5, 3, 2, 1, 1, 1],
        &[0, 3, 5],
        &[97, 89, 2, 1],
        &[0, 0, 0],
    ];
    let schedules = weights.map(Schedule::new);
    let mut passed = 0;
    for _ in 0..RUNS {
        let which = random.below(weights.len() as u64) as usize;
        let (schedule, mut run) = (&schedules[which], segment(SplitMode::Exact, weights[which]));
        run.runs = 1 + random.below(3) as u32;
        for _ in 0..run.runs {
            let start = random.below(schedule.period());
            for turn in start..start + random.below(400) {
                run.observed[schedule.pick(turn).unwrap()] += 1;
            }
        }
        let judged = judge(&run);
        assert_ne!(judged.verdict, Verdict::Fail, "{:?}: {}", weights[which], judged.reason);
        passed += u32::from(judged.verdict == Verdict::Pass);
    }
    println!("exact schedules: {passed} of {RUNS} stretches pass, the others are too short");
    assert!(passed > RUNS / 2, "{passed} were long enough to pass");
}

/// A canary of weight 1 that is served as 2: the third member gains 1 answer in 43, and the bound is 2.
#[test]
fn an_exact_canary_at_twice_its_weight_fails_within_200_answers_wherever_it_began() {
    let schedule = Schedule::new(&[20, 20, 2]);
    let (mut soonest, mut latest) = (u64::MAX, 0);
    for start in 0..42 {
        let mut run = segment(SplitMode::Exact, &[20, 20, 1]);
        let mut fails_from = 0;
        for answers in 1..=200 {
            run.observed[schedule.pick(start + answers - 1).unwrap()] += 1;
            match judge(&run).verdict {
                Verdict::Fail if fails_from == 0 => fails_from = answers,
                Verdict::Fail => {}
                _ => fails_from = 0,
            }
        }
        assert_ne!(fails_from, 0, "from turn {start}, 200 answers: {}", judge(&run).reason);
        soonest = soonest.min(fails_from);
        latest = latest.max(fails_from);
    }
    println!(
        "20:20:2 served exactly for 20:20:1 fails for good from answer {soonest} to {latest}, by its start"
    );
}

/// The same canary by independent draws.
#[test]
fn a_drawn_canary_at_twice_its_weight_is_caught_sooner_or_later() {
    let served = Schedule::new(&[20, 20, 2]);
    let mut random = SplitMix(5);
    let mut caught_at = Vec::new();
    for _ in 0..500 {
        let mut looks = 0;
        let caught = ever(&[20, 20, 1], &served, &mut random, 50, |look| {
            looks += 1;
            failed(look)
        });
        if caught {
            caught_at.push(looks * ANSWERS_A_LOOK);
        }
    }
    let by = |answers: u64| caught_at.iter().filter(|&&at| at <= answers).count();
    for answers in [500, 1000, 1500, 2000, 3000, 4000, 5000] {
        println!("20:20:2 drawn for 20:20:1: {} of 500 caught by {answers} answers", by(answers));
    }
    assert!(by(2000) >= 250 && by(5000) >= 480, "{caught_at:?}");
}

/// A segment whose members have these slots of a hash table, before any network asked.
fn hashed(slots: &[u32]) -> ObservedSegment {
    let mut run = segment(SplitMode::Hashed, &vec![1; slots.len()]);
    for (member, slots) in run.members.iter_mut().zip(slots) {
        member.hash = Some(HashShare { slots: *slots, mask: HashMask::default() });
    }
    run.networks = Some(ObservedNetworks { networks: vec![0; slots.len()], ..ObservedNetworks::default() });
    run
}

/// The responder's own table of members with these weights, and the slots of each.
fn table(weights: &[u16]) -> (Slots, Vec<u32>) {
    let keyed: Vec<(u64, u16)> = weights.iter().enumerate().map(|(i, w)| (i as u64 + 1, *w)).collect();
    let slots = Slots::new(&keyed);
    let counts = slots.counts(weights.len());
    (slots, counts)
}

/// Looks at networks that ask one after the other, answered by `served` and judged by `declared`; how many had asked
/// when the run was first accused.
fn accused(served: &Slots, declared: &[u32], random: &mut SplitMix, looks: u64) -> Option<u64> {
    let mut run = hashed(declared);
    let start = random.next() as u32;
    (1..=looks).find_map(|look| {
        let seen = run.networks.as_mut().unwrap();
        for i in (look - 1) * ANSWERS_A_LOOK..look * ANSWERS_A_LOOK {
            // Networks of /24 that follow each other, as those of a provider do, from anywhere.
            let address = Ipv4Addr::from((start >> 8).wrapping_add(i as u32) << 8);
            seen.networks[served.pick(of_network(address.into(), HashMask::default()))] += 1;
        }
        failed(&judge(&run)).then_some(look * ANSWERS_A_LOOK)
    })
}

#[test]
fn networks_that_the_hash_spread_are_not_accused_however_often_one_looks() {
    for (weights, seed) in [(&[20, 20, 1][..], 6), (&[6, 3, 1], 7)] {
        let ((served, slots), mut random) = (table(weights), SplitMix(seed));
        let accused = (0..RUNS).filter(|_| accused(&served, &slots, &mut random, LOOKS).is_some()).count();
        println!("{weights:?} by {slots:?} slots: {accused} of {RUNS} runs of networks accused");
        assert!(accused as u32 <= FALSE_ALARMS, "{weights:?}: {accused}");
    }
}

/// A table made for 20:20:2 where 20:20:1 is declared, and one in which a twentieth of the slots changed hands.
#[test]
fn members_whose_slots_were_shifted_are_caught() {
    let declared = table(&[20, 20, 1]).1;
    for (served, by) in [(table(&[20, 20, 2]).0, 2000), (table(&[22, 18, 1]).0, 4000)] {
        let mut random = SplitMix(8);
        let caught: Vec<u64> =
            (0..300).filter_map(|_| accused(&served, &declared, &mut random, 50)).collect();
        let soon = caught.iter().filter(|&&at| at <= by).count();
        println!("shifted slots: {soon} of 300 caught by {by} networks, {} by 5000", caught.len());
        assert!(soon >= 150 && caught.len() >= 285, "{soon} by {by}, {} in the end", caught.len());
    }
}

#[test]
fn a_network_of_two_members_fails_whatever_the_shares() {
    let mut run = hashed(&[8192, 8192]);
    let seen = run.networks.as_mut().unwrap();
    (seen.networks, seen.divided) = (vec![500, 500], 2);
    let rows = |last: u8, rows| MemberRows { member: IpAddr::from([10, 0, 0, last]), rows };
    let network = "192.0.2.0/24".parse().unwrap();
    seen.examples = vec![DividedNetwork { network, members: vec![rows(0, 12), rows(1, 1)] }];
    let judged = judge(&run);
    assert_eq!(judged.verdict, Verdict::Fail);
    let told =
        "Network 192.0.2.0/24 was answered by 10.0.0.0 (12 rows) and 10.0.0.1 (1 row), and so was 1 other;";
    assert!(judged.reason.starts_with(told), "{}", judged.reason);
}

#[test]
fn too_few_networks_are_told_by_their_number_and_answers_do_not_stand_for_them() {
    let mut run = hashed(&[8192, 8192]);
    run.observed = vec![900_000, 0];
    assert_eq!(judge(&run).verdict, Verdict::Insufficient);
    run.networks.as_mut().unwrap().networks = vec![3, 1];
    let judged = judge(&run);
    assert_eq!((judged.verdict, judged.needed), (Verdict::Insufficient, 10));
    assert!(judged.reason.contains("6 more are needed"), "{}", judged.reason);
    let networks = judged.networks.unwrap();
    assert_eq!((networks.counted, networks.members[0].expected_share), (4, 0.5));
    run.networks = None;
    assert!(judge(&run).reason.contains("no stored row tells"));
    // An answer that named nobody's address is a failure still.
    run.strangers = 1;
    assert_eq!(judge(&run).verdict, Verdict::Fail);
}

//! The sentence beside a verdict: the numbers that decided it, in the words of an operator.

use model::split::DividedNetwork;

use crate::judge::{Counts, SIGNIFICANCE};

/// A count of answers: whole where it is whole, two decimals where it is not.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn answers(value: f64) -> String {
    let text = number(value);
    if text == "1" { "1 answer".to_owned() } else { format!("{text} answers") }
}

/// The most that a chance may be, as people read it: decimals, or a power of ten where it is rare enough to fail.
///
/// Rounded up, because a bound that is rounded down is none.
fn at_most(p: f64) -> String {
    if p >= SIGNIFICANCE {
        return format!("at most {:.4}", libm::ceil(p * 1e4) / 1e4);
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(p)) - 1.0);
    format!("at most {:.1e}", libm::ceil(p / unit) * unit)
}

/// "A got 812 answers where 500 were due, 312 more".
fn excess(counts: &Counts, member: usize, name: &str) -> String {
    let deviation = counts.deviation(member);
    let (got, due) = (answers(counts.observed[member] as f64), number(counts.due(member)));
    let were = if due == "1" { "was" } else { "were" };
    let direction = if deviation < 0.0 { "fewer" } else { "more" };
    format!("{name} got {got} where {due} {were} due, {} {direction}", number(deviation.abs()))
}

pub(crate) fn within_bound(farthest: f64, bound: u64) -> String {
    if number(farthest) == "0" {
        return "Every member has exactly its share.".to_owned();
    }
    format!("Every member is within {} of its share; an exact schedule allows {bound}.", answers(farthest))
}

pub(crate) fn beyond_bound(counts: &Counts, member: usize, name: &str, bound: u64) -> String {
    format!("{}; the schedule allows {bound}.", excess(counts, member, name))
}

pub(crate) fn too_few_for_a_period(total: u64, needed: u64, runs: u32) -> String {
    if total == 0 {
        return NONE.to_owned();
    }
    let what = if runs > 1 {
        format!("a whole period of the schedule for each of its {runs} runs")
    } else {
        "a whole period of the schedule".to_owned()
    };
    format!("{}, and {what} is {needed}.", so_far(total))
}

pub(crate) fn too_few_for_a_test(total: u64, needed: u64) -> String {
    if total == 0 {
        return NONE.to_owned();
    }
    let more = match needed.saturating_sub(total) {
        1 => "1 more is".to_owned(),
        more => format!("{more} more are"),
    };
    format!("{}, and {more} needed for the least likely member to be due 5.", so_far(total))
}

const NONE: &str = "There was no answer to judge.";

fn so_far(total: u64) -> String {
    match total {
        1 => "There was 1 answer".to_owned(),
        more => format!("There were {more} answers"),
    }
}

pub(crate) fn by_client() -> String {
    "Who is answered what depends on who asks: these are the shares of the clients that asked, and no weights are held \
     against them."
        .to_owned()
}

pub(crate) fn nothing_to_choose(total: u64) -> String {
    format!("One member had any weight, and all {} named it.", answers(total as f64))
}

/// What an operator may rely on who looks at a running split again and again.
fn again() -> String {
    format!("looking again does not raise the chance of a false alarm above {SIGNIFICANCE}")
}

pub(crate) fn likely(g: f64, p: f64) -> String {
    // At 1 the bound says nothing, and the ratio behind it does: it is for these weights, or for neither side.
    if p >= 1.0 {
        return format!(
            "Independent draws by these weights explain the answers no worse than draws by others do on average \
             (G = {g:.2}); {}.",
            again()
        );
    }
    let chance = at_most(p);
    format!(
        "Independent draws by these weights ever differ this much with a chance of {chance} (G = {g:.2}); {}.",
        again()
    )
}

pub(crate) fn unlikely(counts: &Counts, member: usize, name: &str, g: f64, p: f64) -> String {
    let chance = at_most(p);
    format!(
        "{}; independent draws by these weights ever differ this much with a chance of {chance} (G = {g:.2}), \
         and {}.",
        excess(counts, member, name),
        again()
    )
}

pub(crate) fn strangers(count: u64) -> String {
    format!("{} named an address that was not an eligible member.", answers(count as f64))
}

pub(crate) fn weightless(name: &str, observed: u64) -> String {
    format!("{name} has weight 0 beside members of positive weight, and got {}.", answers(observed as f64))
}

fn networks(count: u64) -> String {
    if count == 1 { "1 network".to_owned() } else { format!("{count} networks") }
}

pub(crate) fn networks_unread() -> String {
    "A hash of the client's network chooses the member, and no stored row tells which networks asked."
        .to_owned()
}

pub(crate) fn divided(first: &DividedNetwork, all: u64) -> String {
    let row = |count: u64| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    let members = first.members.iter().map(|m| format!("{} ({})", m.member, row(m.rows)));
    let others = match all.saturating_sub(1) {
        0 => String::new(),
        1 => ", and so was 1 other".to_owned(),
        more => format!(", and so were {more} others"),
    };
    format!(
        "Network {} was answered by {}{others}; a hash gives each network one member as long as members and weights \
         stay.",
        first.network,
        members.collect::<Vec<_>>().join(" and "),
    )
}

pub(crate) fn too_few_networks(total: u64, needed: u64) -> String {
    if total == 0 {
        return "No stored row tells of a client's network yet.".to_owned();
    }
    let so_far = if total == 1 { "was" } else { "were" };
    let more = match needed.saturating_sub(total) {
        1 => "1 more is".to_owned(),
        more => format!("{more} more are"),
    };
    format!(
        "There {so_far} {} of clients, each with one member, and {more} needed for the least likely member to be due 5. \
         More answers to the same networks say nothing new.",
        networks(total)
    )
}

pub(crate) fn one_member_of_all_networks(total: u64) -> String {
    format!("One member has every slot of the hash, and {} had no other.", networks(total))
}

pub(crate) fn likely_networks(total: u64, g: f64, p: f64) -> String {
    let kept = format!("Each of {} kept one member", networks(total));
    if p >= 1.0 {
        return format!(
            "{kept}, and their shares are those of the hash's slots no worse than by others on average (G = {g:.2}); {}.",
            again()
        );
    }
    format!(
        "{kept}, and a hash with these slots ever spreads networks this differently with a chance of {} (G = {g:.2}); {}.",
        at_most(p),
        again()
    )
}

pub(crate) fn unlikely_networks(counts: &Counts, member: usize, name: &str, g: f64, p: f64) -> String {
    let (deviation, due) = (counts.deviation(member), number(counts.due(member)));
    let direction = if deviation < 0.0 { "fewer" } else { "more" };
    format!(
        "{name} has {} where its slots ask for {due}, {} {direction}; a hash with these slots ever spreads networks this \
         differently with a chance of {} (G = {g:.2}), and {}.",
        networks(counts.observed[member]),
        number(deviation.abs()),
        at_most(p),
        again()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_never_rounded_down() {
        for (p, text) in [
            (1.0, "1.0000"),
            (0.03121, "0.0313"),
            (0.001, "0.0010"),
            (0.00101, "0.0011"),
            (0.000_991, "1.0e-3"),
            (0.000_94, "9.4e-4"),
            (4.61e-8, "4.7e-8"),
            (f64::MIN_POSITIVE, "2.3e-308"),
        ] {
            assert_eq!(at_most(p), format!("at most {text}"), "{p}");
        }
    }
}

//! Filters changed one condition at a time, as the chips and the values of a log page do.

use super::{Field, Filter, Kind, Op, Test, value};

impl Filter {
    /// What `and` joins at the top: the whole filter when nothing is joined there, nothing of [`Filter::All`].
    pub fn parts(&self) -> &[Filter] {
        match self {
            Filter::All => &[],
            Filter::And(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The filter without one of its parts; itself when there is no such part.
    pub fn without(&self, part: usize) -> Filter {
        let kept = self.parts().iter().enumerate().filter(|(i, _)| *i != part);
        all_of(kept.map(|(_, filter)| filter.clone()).collect())
    }

    /// The filter with the opposite of one of its parts in its place.
    pub fn with_opposite(&self, part: usize) -> Filter {
        let turned =
            |(i, filter): (usize, &Filter)| if i == part { filter.opposite() } else { filter.clone() };
        all_of(self.parts().iter().enumerate().map(turned).collect())
    }

    /// The filter narrowed by one more condition. A condition that it would contradict gives way to it: its opposite,
    /// or that the same field equals something else.
    pub fn narrowed(&self, by: Filter) -> Filter {
        let opposite = by.opposite();
        let gives_way = |part: &Filter| *part == by || *part == opposite || excludes(part, &by);
        let mut parts: Vec<Filter> = self.parts().to_vec();
        match parts.iter().position(gives_way) {
            Some(at) => parts[at] = by.clone(),
            None => parts.push(by.clone()),
        }
        let mut seen = false;
        // Two conditions may have given way to the one.
        parts.retain(|part| !gives_way(part) || (*part == by && !std::mem::replace(&mut seen, true)));
        all_of(parts)
    }

    /// The rows that this filter leaves out, written with the opposite operator where there is one.
    pub fn opposite(&self) -> Filter {
        let test = match self {
            Filter::Not(inner) => return (**inner).clone(),
            Filter::Test(test) => test,
            other => return Filter::Not(Box::new(other.clone())),
        };
        let op = match test.op.clone() {
            Op::Equal(value) => Op::NotEqual(value),
            Op::NotEqual(value) => Op::Equal(value),
            Op::Matches(regex) => Op::NotMatches(regex),
            Op::NotMatches(regex) => Op::Matches(regex),
            Op::Less(value) => Op::GreaterEqual(value),
            Op::GreaterEqual(value) => Op::Less(value),
            Op::Greater(value) => Op::LessEqual(value),
            Op::LessEqual(value) => Op::Greater(value),
            Op::In(_) => return Filter::Not(Box::new(self.clone())),
        };
        Filter::Test(Test { field: test.field, op })
    }

    /// `field = text`; none when the text is no value of the field.
    pub fn equal(field: Field, text: &str) -> Option<Filter> {
        let op = Op::Equal(value::typed(field, text).ok()?);
        Some(Filter::Test(Test { field, op }))
    }
}

/// Whether no row can pass both because a field cannot equal two values. A network holds addresses and other networks.
fn excludes(part: &Filter, by: &Filter) -> bool {
    match (part, by) {
        (
            Filter::Test(Test { field, op: Op::Equal(has) }),
            Filter::Test(Test { field: wanted, op: Op::Equal(wants) }),
        ) => field == wanted && has != wants && field.kind() != Kind::Address,
        _ => false,
    }
}

fn all_of(mut parts: Vec<Filter>) -> Filter {
    match parts.len() {
        0 => Filter::All,
        1 => parts.remove(0),
        _ => Filter::And(parts),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse;
    use super::super::tests::any_filter;
    use super::*;

    fn filter(text: &str) -> Filter {
        parse(text).unwrap()
    }

    #[test]
    fn a_value_that_is_followed_narrows_and_contradicts_nothing() {
        let cases = [
            ("", "rcode = NOERROR", "rcode = NOERROR"),
            ("ttl < 5", "rcode = NOERROR", "ttl < 5 and rcode = NOERROR"),
            ("rcode = NXDOMAIN and ttl < 5", "rcode = NOERROR", "rcode = NOERROR and ttl < 5"),
            ("rcode != NOERROR", "rcode = NOERROR", "rcode = NOERROR"),
            ("rcode = NOERROR", "rcode != NOERROR", "rcode != NOERROR"),
            ("rcode = NOERROR", "rcode = NOERROR", "rcode = NOERROR"),
            (
                "client_ip = 10.0.0.0/8",
                "client_ip = 10.0.0.1",
                "client_ip = 10.0.0.0/8 and client_ip = 10.0.0.1",
            ),
            ("ttl = 1 or ttl = 2", "rcode = NOERROR", "(ttl = 1 or ttl = 2) and rcode = NOERROR"),
            ("rcode != NOERROR and rcode = NXDOMAIN", "rcode = NOERROR", "rcode = NOERROR"),
        ];
        for (has, by, expected) in cases {
            assert_eq!(filter(has).narrowed(filter(by)).to_string(), expected, "{has} by {by}");
        }
    }

    #[test]
    fn what_is_taken_away_or_turned_is_one_condition() {
        let three = filter("rcode = NOERROR and (ttl = 1 or ttl = 2) and qtype in (A, AAAA)");
        assert_eq!(three.parts().len(), 3);
        assert_eq!(three.without(1).to_string(), "rcode = NOERROR and qtype in (A, AAAA)");
        assert_eq!(
            three.with_opposite(1).without(0).to_string(),
            "not (ttl = 1 or ttl = 2) and qtype in (A, AAAA)"
        );
        assert_eq!(three.with_opposite(2).parts()[2].to_string(), "qtype not in (A, AAAA)");
        let either = filter("ttl = 1 or ttl = 2");
        assert_eq!((either.parts().len(), either.without(0)), (1, Filter::All));
    }

    #[test]
    fn a_text_that_is_no_value_narrows_nothing() {
        assert_eq!(Filter::equal(Field::Ttl, "soon"), None);
        assert_eq!(Filter::equal(Field::Pool, "a b").unwrap().to_string(), "pool = \"a b\"");
        assert_eq!(Filter::equal(Field::Service, "").unwrap().to_string(), "service = \"\"");
    }

    proptest! {
        #[test]
        fn the_rest_is_the_same_after_a_part_went(filter in any_filter(), pick in any::<prop::sample::Index>()) {
            let parts = filter.parts();
            let part = pick.index(parts.len());
            let without = filter.without(part);
            let kept: Vec<Filter> = [&parts[..part], &parts[part + 1..]].concat();
            prop_assert_eq!(&without, &all_of(kept));
            prop_assert_eq!(parse(&without.to_string()), Ok(without));
        }

        #[test]
        fn a_part_that_was_turned_reads_back(filter in any_filter(), pick in any::<prop::sample::Index>()) {
            let part = pick.index(filter.parts().len());
            let turned = filter.with_opposite(part);
            prop_assert_ne!(&turned, &filter);
            prop_assert_eq!(parse(&turned.to_string()), Ok(turned));
        }

        #[test]
        fn narrowing_twice_is_narrowing_once(filter in any_filter(), by in any_filter()) {
            prop_assume!(!matches!(by, Filter::And(_)));
            let once = filter.narrowed(by.clone());
            prop_assert!(once.parts().contains(&by) || once == by);
            prop_assert_eq!(once.narrowed(by), once);
        }
    }
}

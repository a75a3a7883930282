//! Entries to records: directives, owners, TTLs, classes, types and data with absolute names.

use super::gather::{Gatherer, Record, Soa};
use super::lex::{Entry, Lexer, Word};
use super::ttl;
use crate::name::{DnsName, has_last_dot};
use crate::rdata;
use crate::rdata::text::absolute_name;
use crate::rrtype::RrType;

/// Records that only a signed zone has; this server does not sign, and signatures would not fit what it answers.
const SIGNED: [&str; 8] = ["RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "ZONEMD"];

/// What entries say for those behind them.
struct Reader<'a> {
    zone: &'a DnsName,
    origin: DnsName,
    default_ttl: Option<u32>,
    last_ttl: Option<u32>,
    last_owner: Option<DnsName>,
}

/// Why an entry is refused: the word it is about, and what is wrong with it.
struct Wrong(String, String);

fn wrong<T>(word: impl Into<String>, message: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong(word.into(), message.into()))
}

/// Reads every entry.
pub fn entries(octets: &[u8], zone: &DnsName, gatherer: &mut Gatherer<'_>) {
    let mut reader =
        Reader { zone, origin: zone.clone(), default_ttl: None, last_ttl: None, last_owner: None };
    for entry in Lexer::new(octets) {
        if gatherer.is_full() {
            return;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(problem) => {
                gatherer.problem(problem);
                continue;
            }
        };
        let line = entry.line;
        let read = if entry.words[0].starts_with('$') && !entry.no_owner {
            reader.directive(&entry, gatherer)
        } else {
            reader.record(entry, gatherer)
        };
        if let Err(Wrong(word, message)) = read {
            gatherer.wrong(line, word, message);
        }
    }
}

impl Reader<'_> {
    fn directive(&mut self, entry: &Entry, gatherer: &mut Gatherer<'_>) -> Result<(), Wrong> {
        let name = entry.words[0].to_ascii_uppercase();
        let argument = || match entry.words.get(1..) {
            Some([one]) => Ok(one.as_str()),
            _ => wrong(&*name, format!("{name} takes one word behind it")),
        };
        match name.as_str() {
            "$ORIGIN" => self.origin = self.name(argument()?)?,
            "$TTL" => {
                let word = argument()?;
                let seconds =
                    ttl::seconds(word).unwrap_or_else(|| Err("$TTL takes seconds, as 3600 or 1h".into()));
                let seconds = seconds.map_err(|message| Wrong(word.to_owned(), message))?;
                self.default_ttl = Some(seconds);
                gatherer.default_ttl(seconds);
            }
            "$INCLUDE" => {
                let message = "$INCLUDE is refused, since this server reads no other file for a client: put the \
                               records of that file in its place";
                return wrong(entry.words.get(1).cloned().unwrap_or_default(), message);
            }
            "$GENERATE" => {
                let message = "$GENERATE is no part of RFC 1035 and is not read: write out its records";
                return wrong(name, message);
            }
            _ => {
                let message = "there is no such directive: use $ORIGIN or $TTL, or write \\$ for a name";
                return wrong(&*entry.words[0], message);
            }
        }
        Ok(())
    }

    /// A name; relative ones are completed by `$ORIGIN`.
    fn name(&self, word: &str) -> Result<DnsName, Wrong> {
        if word == "@" {
            return Ok(self.origin.clone());
        }
        let name: Result<DnsName, _> = word.parse();
        let name = name.and_then(|name| if has_last_dot(word) { Ok(name) } else { name.below(&self.origin) });
        name.map_err(|error| Wrong(word.to_owned(), format!("{word:?} is no domain name: {error}")))
    }

    fn record(&mut self, entry: Entry, gatherer: &mut Gatherer<'_>) -> Result<(), Wrong> {
        let Entry { line, no_owner, words } = entry;
        let mut words = words.into_iter();
        if !no_owner {
            let word = words.next().unwrap_or_default();
            // Without it, records of the lines behind would be given to the owner before.
            self.last_owner = None;
            self.last_owner = Some(self.name(&word)?);
        }
        let Some(owner) = self.last_owner.clone() else {
            let message = "the line begins with white space, and no owner stands before it: write the name";
            return wrong("", message);
        };
        let (explicit, word) = ttl_and_type(&mut words)?;
        self.last_ttl = explicit.or(self.last_ttl);
        if SIGNED.contains(&word.to_ascii_uppercase().as_str()) {
            gatherer.left_out_as_signed(line);
            return Ok(());
        }
        let rr_type: RrType = word.parse().map_err(|e| Wrong(word.clone(), format!("{e}")))?;
        if !owner.is_within(self.zone) {
            let message = format!(
                "the name is outside the zone {}: remove the record, or import its own zone",
                self.zone
            );
            return wrong(owner.to_string(), message);
        }
        let words: Vec<Word> = words.collect();
        if rr_type == RrType::SOA {
            let soa = self.soa(&owner, &words)?;
            // RFC 2308 section 4 made of MINIMUM what it is; before it was the TTL of records without one.
            let ttl = explicit.or(self.default_ttl).unwrap_or(soa.minimum);
            self.last_ttl = self.last_ttl.or(Some(ttl));
            return gatherer.soa(line, ttl, soa).map_err(|message| Wrong("SOA".into(), message));
        }
        let Some(ttl) = explicit.or(self.default_ttl).or(self.last_ttl) else {
            return wrong(owner.to_string(), "the record has no TTL: write $TTL before the first record");
        };
        let text = self.absolute_data(rr_type, words)?;
        let data = match rdata::parse(rr_type, &text, &self.origin) {
            Ok(data) => data,
            Err(e) => return wrong(text, e.to_string()),
        };
        gatherer.record(Record { line, owner, rr_type, ttl, explicit: explicit.is_some(), data });
        Ok(())
    }

    /// The data's words as one text, the names in it with last dots.
    fn absolute_data(&self, rr_type: RrType, mut words: Vec<Word>) -> Result<String, Wrong> {
        let place = match rr_type {
            RrType::NS | RrType::CNAME | RrType::DNAME | RrType::PTR => 0,
            RrType::MX | RrType::SVCB | RrType::HTTPS => 1,
            RrType::SRV => 3,
            RrType::NAPTR => 5,
            _ => usize::MAX,
        };
        let generic = words.first().is_some_and(|word| word == "\\#");
        if let Some(word) = words.get_mut(place).filter(|_| !generic) {
            let quoted = word.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
            *word = absolute_name(&self.name(quoted.unwrap_or(word))?);
        }
        Ok(words.join(" "))
    }

    /// RFC 1035 section 3.3.13.
    fn soa(&self, owner: &DnsName, words: &[Word]) -> Result<Soa, Wrong> {
        if owner != self.zone {
            let message = format!("an SOA record stands at the apex, {}, and nowhere else", self.zone);
            return wrong(owner.to_string(), message);
        }
        let [mname, rname, serial, refresh, retry, expire, minimum] = words else {
            let message = "an SOA record has to be primary server, mailbox, serial, refresh, retry, expire and \
                           negative TTL";
            return wrong(words.join(" "), message);
        };
        let seconds = |word: &Word| {
            let read = ttl::seconds(word).unwrap_or_else(|| Err("give seconds, or units as 1h30m".into()));
            read.map_err(|message| Wrong(word.clone(), message))
        };
        let number: Option<u32> = serial.parse().ok();
        Ok(Soa {
            mname: self.name(mname)?,
            rname: self.name(rname)?,
            serial: number
                .ok_or_else(|| Wrong(serial.clone(), "a serial is a whole number of 32 bits".into()))?,
            refresh: seconds(refresh)?,
            retry: seconds(retry)?,
            expire: seconds(expire)?,
            minimum: seconds(minimum)?,
        })
    }
}

/// TTL and class, each at most once and in either order, then the type.
fn ttl_and_type(words: &mut impl Iterator<Item = Word>) -> Result<(Option<u32>, Word), Wrong> {
    let mut explicit = None;
    let mut class = false;
    for word in words {
        let upper = word.to_ascii_uppercase();
        if let Some(read) = ttl::seconds(&word).filter(|_| explicit.is_none()) {
            explicit = Some(read.map_err(|message| Wrong(word, message))?);
        } else if !class && (upper == "IN" || upper == "CLASS1") {
            class = true;
        } else if ["CH", "CS", "HS", "ANY", "NONE"].contains(&&*upper) && !class || upper.starts_with("CLASS")
        {
            return wrong(word, "only class IN is answered here: remove the record");
        } else {
            return Ok((explicit, word));
        }
    }
    wrong("", "the record ends before its type: write it as `name [ttl] [IN] type data`")
}

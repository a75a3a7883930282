//! Why an answer is what it is, through the same lookup and the same decision, with no turn taken and nothing counted.

use std::net::IpAddr;

use model::config::Unhandled;
use model::rrtype::{Family, RrType};
use model::{DnsName, rrtype::Rcode};
use steering::{Client, Decision, Explanation, Service, Turn};

use crate::lookup::{Broken, Found, find};
use crate::serving::Serving;
use crate::tree::Above;

/// Aliases followed, as in answers.
const MAX_ALIASES: usize = 16;

impl Serving {
    /// Explains the next `count` answers to `client`.
    pub fn explain(&self, name: &DnsName, rr_type: RrType, client: IpAddr, count: usize) -> Explanation {
        let mut explanation = Explanation {
            name: name.to_string(),
            rr_type: rr_type.to_string(),
            rcode: Rcode::NOERROR.to_string(),
            generation: self.snapshot().generation,
            health_epoch: self.health().epoch,
            steps: vec![format!("{client} asks for {name}, type {rr_type}.")],
            ..Explanation::default()
        };
        let (mut name, client) = (name.clone(), Client::at(client, self.atlas()));
        for hop in 0..MAX_ALIASES {
            match self.explain_name(&name, rr_type, hop, (&client, count), &mut explanation) {
                Some(target) if rr_type != RrType::CNAME => name = target,
                _ => break,
            }
        }
        explanation
    }

    /// One name of the chain; the alias's target when there is more to follow.
    fn explain_name(
        &self,
        name: &DnsName,
        rr_type: RrType,
        hop: usize,
        (client, count): (&Client<'_>, usize),
        out: &mut Explanation,
    ) -> Option<DnsName> {
        let node = match find(self.tree(), name.wire(), rr_type) {
            Found::Outside => {
                out.steps.push(format!("{name} is in no zone of this site."));
                if hop == 0 {
                    (out.rcode, out.outcome) = (Rcode::REFUSED.to_string(), "outside".to_owned());
                }
                return None;
            }
            Found::Missing { zone } => {
                let data = &self.tree().zones[zone];
                out.zone.get_or_insert(data.name.to_string());
                out.steps.push(format!("{name} does not exist in the zone {}.", data.name));
                out.ttl = data.negative_ttl;
                out.outcome = "missing".to_owned();
                let dropped = data.unhandled == Unhandled::Drop && hop == 0;
                out.rcode = if dropped { Rcode::DROPPED } else { Rcode::NXDOMAIN }.to_string();
                if dropped {
                    out.steps.push("The zone drops queries for such names: silence.".to_owned());
                }
                return None;
            }
            Found::Above(above) => return self.explain_above(name, above, out),
            Found::Delegated(at) => return self.explain_delegated(name, at, out),
            Found::Renamed(at) => return self.explain_renamed(name, at, out),
            Found::Node(node) => node,
        };
        let zone = &self.tree().zones[node.zone];
        out.zone.get_or_insert(zone.name.to_string());
        if self.tree().get(name.wire()).is_none() {
            out.steps.push(format!("{name} is answered by a wildcard of the zone {}.", zone.name));
        }
        if let Some(service) = node.service.and_then(|i| self.service(i))
            && let Some(next) =
                self.explain_service(service, name, Family::of_type(rr_type), (client, count), out)
        {
            return next;
        }
        if let Some(set) = node.set(rr_type) {
            out.steps.push(format!("{name} has {} static record(s) of type {rr_type}.", set.count));
            (out.ttl, out.outcome) = (set.ttl, "static".to_owned());
            let addresses: Vec<IpAddr> = set.addresses().collect();
            if !addresses.is_empty() {
                out.answers = vec![addresses; count];
            }
            return None;
        }
        if let Some(alias) = node.set(RrType::CNAME) {
            let target = DnsName::from_wire(alias.target())?;
            out.steps.push(format!("{name} is an alias of {target}."));
            (out.ttl, out.outcome) = (alias.ttl, "static".to_owned());
            return Some(target);
        }
        out.steps.push(format!("{name} exists and has no record of type {rr_type}: NODATA."));
        (out.ttl, out.outcome) = (zone.negative_ttl, "nodata".to_owned());
        None
    }

    /// The apex of a zone, asked for what its parent zone says.
    fn explain_above(&self, name: &DnsName, above: &Above, out: &mut Explanation) -> Option<DnsName> {
        let parent = &self.tree().zones[above.zone];
        out.zone.get_or_insert(parent.name.to_string());
        out.steps.push(format!("DS records of {name} are those of its parent zone {}.", parent.name));
        (out.ttl, out.outcome) = match &above.ds {
            Some(set) => (set.ttl, "static".to_owned()),
            None => (parent.negative_ttl, "nodata".to_owned()),
        };
        None
    }

    /// A name that others answer for.
    fn explain_delegated(&self, name: &DnsName, at: Broken<'_>, out: &mut Explanation) -> Option<DnsName> {
        out.zone.get_or_insert(self.tree().zones[at.node.zone].name.to_string());
        let owner = model::name::presentation(at.owner);
        let servers = at.node.set(RrType::NS);
        let names: Vec<String> =
            servers.into_iter().flat_map(|set| set.data().map(model::name::presentation)).collect();
        out.steps.push(format!(
            "{name} is delegated at {owner}: the answer refers to its name servers, {}.",
            names.join(", ")
        ));
        (out.ttl, out.outcome) = (servers.map_or(0, |set| set.ttl), "referral".to_owned());
        None
    }

    /// A name below one with a DNAME.
    fn explain_renamed(&self, name: &DnsName, at: Broken<'_>, out: &mut Explanation) -> Option<DnsName> {
        out.zone.get_or_insert(self.tree().zones[at.node.zone].name.to_string());
        let dname = at.node.set(RrType::DNAME)?;
        let (owner, target) =
            (model::name::presentation(at.owner), model::name::presentation(dname.target()));
        out.steps.push(format!("{owner} has a DNAME to {target}: what is below it is renamed."));
        (out.ttl, out.outcome) = (dname.ttl, "static".to_owned());
        let head = &name.wire()[..name.wire().len() - at.owner.len()];
        let Some(renamed) = DnsName::from_wire(&[head, dname.target()].concat()) else {
            out.steps.push("The new name would be longer than 255 octets.".to_owned());
            out.rcode = Rcode::YXDOMAIN.to_string();
            return None;
        };
        out.steps.push(format!("{name} becomes {renamed}."));
        Some(renamed)
    }

    /// What a service does with the question: none when it is not its own, else the alias to follow, if any.
    fn explain_service(
        &self,
        service: &Service,
        name: &DnsName,
        family: Family,
        (client, count): (&Client<'_>, usize),
        out: &mut Explanation,
    ) -> Option<Option<DnsName>> {
        out.service.get_or_insert(service.name.to_string());
        if service.name != *name && !service.name.is_wildcard() {
            out.steps
                .push(format!("{name} has no data of its own, and is answered by the service above it."));
        }
        out.steps.push(format!("{} is a service with a TTL of {} s.", service.name, service.ttl));
        let Some(plan) = service.plan(family) else {
            let target = service.alias()?;
            out.steps.push(format!("No member is up: the answer is the alias {target}."));
            (out.ttl, out.outcome) = (service.ttl, "cname".to_owned());
            return Some(Some(target.clone()));
        };
        out.steps.extend(plan.steps(client));
        (out.ttl, out.outcome) = (service.ttl, plan.outcome(client).to_owned());
        out.pool = plan.pool_for(client).map(|p| p.name.to_string());
        let mut next = None;
        for ahead in 0..count as u64 {
            match plan.decide(client, Turn::Peek(ahead)).decision {
                Decision::Members(pick) => {
                    out.answers.push(pick.answers().map(|(_, address)| address).collect())
                }
                // The first of them is followed.
                Decision::Named(_, target) => next = next.or_else(|| Some(target.clone())),
                Decision::Addresses(addresses) => out.answers.push(addresses.to_vec()),
                Decision::Silence => out.rcode = Rcode::DROPPED.to_string(),
                Decision::Alias(target) => next = Some(target.clone()),
                Decision::NoData => {}
            }
        }
        Some(next)
    }
}

//! Why an answer is what it is, through the same lookup and the same decision, with no turn taken and nothing counted.

use std::net::IpAddr;

use model::config::Unhandled;
use model::rrtype::{Family, RrType};
use model::{DnsName, rrtype::Rcode};
use steering::{Decision, Explanation, Service};

use crate::lookup::{Found, find};
use crate::serving::Serving;

/// Aliases followed, as in answers.
const MAX_ALIASES: usize = 9;

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
        let mut name = name.clone();
        for hop in 0..MAX_ALIASES {
            match self.explain_name(&name, rr_type, hop, count, &mut explanation) {
                Some(target) => name = target,
                None => break,
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
        count: usize,
        out: &mut Explanation,
    ) -> Option<DnsName> {
        let node = match find(self.tree(), name.wire()) {
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
            Found::Node(node) => node,
        };
        let zone = &self.tree().zones[node.zone];
        out.zone.get_or_insert(zone.name.to_string());
        if self.tree().get(name.wire()).is_none() {
            out.steps.push(format!("{name} is answered by a wildcard of the zone {}.", zone.name));
        }
        if let Some(service) = node.service.and_then(|i| self.services().get(i))
            && let Some(next) = self.explain_service(service, Family::of_type(rr_type), count, out)
        {
            return next;
        }
        if let Some(set) = node.sets.iter().find(|s| s.rr_type == rr_type) {
            out.steps.push(format!("{name} has {} static record(s) of type {rr_type}.", set.bodies.len()));
            (out.ttl, out.outcome) = (set.ttl, "static".to_owned());
            let addresses: Vec<IpAddr> = set.addresses().collect();
            if !addresses.is_empty() {
                out.answers = vec![addresses; count];
            }
            return None;
        }
        if let Some(alias) = &node.alias {
            out.steps.push(format!("{name} is an alias of {}.", alias.target));
            (out.ttl, out.outcome) = (alias.ttl, "static".to_owned());
            return (rr_type != RrType::CNAME).then(|| alias.target.clone());
        }
        out.steps.push(format!("{name} exists and has no record of type {rr_type}: NODATA."));
        (out.ttl, out.outcome) = (zone.negative_ttl, "nodata".to_owned());
        None
    }

    /// What a service does with the question: none when it is not its own, else the alias to follow, if any.
    fn explain_service(
        &self,
        service: &Service,
        family: Family,
        count: usize,
        out: &mut Explanation,
    ) -> Option<Option<DnsName>> {
        out.service.get_or_insert(service.name.to_string());
        out.steps.push(format!("{} is a service with a TTL of {} s.", service.name, service.ttl));
        let plan = service.plan(family)?;
        out.steps.extend(plan.steps());
        (out.ttl, out.outcome) = (service.ttl, plan.outcome().to_owned());
        out.pool = plan.pool().map(|p| p.name.to_string());
        let mut next = None;
        for ahead in 0..count as u64 {
            match plan.decide(plan.peek_turn(ahead)) {
                Decision::Members(pick) => out.answers.push(pick.members().map(|m| m.address).collect()),
                Decision::Addresses(addresses) => out.answers.push(addresses.to_vec()),
                Decision::Silence => out.rcode = Rcode::DROPPED.to_string(),
                Decision::Alias(target) => next = Some(target.clone()),
                Decision::NoData => {}
            }
        }
        Some(next)
    }
}

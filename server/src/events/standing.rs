//! Transitions of members, pools and services, by comparing what stands now with what was last said: plain data.

use std::collections::{HashMap, HashSet};

use health::HealthChange;
use model::config::{Config, Pool, Service};
use model::health::{Health, HealthTable, MemberKey};
use model::occurrence::Kind;

use super::words::{self, subject_of};
use super::{About, News};

/// Who is known to be down. Being judged for the first time is no event, being found down is.
#[derive(Debug, Default)]
pub struct Standings {
    down: HashSet<(Kind, String)>,
}

impl Standings {
    /// Takes over what was down when the server stopped: what recovered meanwhile is then told.
    pub fn remember(&mut self, down: impl IntoIterator<Item = (Kind, String)>) {
        self.down.extend(down);
    }

    /// What has changed in these services: members first, then their pool, then the service. `why` are the changes that
    /// checks made since, for the words.
    pub fn compare<'a>(
        &mut self,
        services: impl IntoIterator<Item = &'a Service>,
        config: &Config,
        health: &HealthTable,
        why: &HashMap<MemberKey, HealthChange>,
        now: i64,
    ) -> Vec<News> {
        let mut news = Vec::new();
        for service in services.into_iter().filter(|service| service.enabled) {
            let before = news.len();
            let mut chosen = Tally::default();
            for pool in service.pools.iter().filter(|pool| pool.enabled) {
                let tally = self.members(service, pool, config, health, why, now, &mut news);
                let about = About {
                    service: Some(service.name.clone()),
                    pool: Some(pool.name.clone()),
                    ..About::default()
                };
                let at = latest(&news[before..], now);
                if let Some(kind) = self.turn(Kind::GsGroupDown, Kind::GsGroupUp, &about, &tally) {
                    news.push(words::group(kind, at, about, tally.members));
                }
                if pool.priority.get() > 0 {
                    chosen.add(&tally);
                }
            }
            let about = About { service: Some(service.name.clone()), ..About::default() };
            if let Some(kind) = self.turn(Kind::GsDown, Kind::GsUp, &about, &chosen) {
                let at = latest(&news[before..], now);
                news.push(words::service(kind, at, about, chosen.members, &service.down_response));
            }
        }
        news
    }

    /// Forgets what is not configured any more.
    pub fn keep(&mut self, config: &Config) {
        let mut known = HashSet::new();
        for service in &config.services {
            let about = About { service: Some(service.name.clone()), ..About::default() };
            known.insert((Kind::GsDown, subject_of(&about)));
            for pool in &service.pools {
                let about = About { pool: Some(pool.name.clone()), ..about.clone() };
                known.insert((Kind::GsGroupDown, subject_of(&about)));
                for address in pool.members.iter().filter_map(|member| member.address) {
                    let about = About { member: Some(address), ..about.clone() };
                    known.insert((Kind::GsMemberDown, subject_of(&about)));
                }
            }
        }
        self.down.retain(|subject| known.contains(subject));
    }

    #[expect(clippy::too_many_arguments, reason = "one step of `compare`, with what that was given")]
    fn members(
        &mut self,
        service: &Service,
        pool: &Pool,
        config: &Config,
        health: &HealthTable,
        why: &HashMap<MemberKey, HealthChange>,
        now: i64,
        news: &mut Vec<News>,
    ) -> Tally {
        let mut tally = Tally::default();
        for member in pool.members.iter().filter(|member| member.enabled) {
            let Some(key) = MemberKey::of(service, pool, member) else { continue };
            let standing = health.of(&key);
            // Without a monitor nobody will ever say that it is up.
            let unwatched = service.monitors.is_empty() && standing.health() == Health::Unknown;
            let one = Tally::of(if unwatched { Health::Up } else { standing.health() });
            tally.add(&one);
            let about = About {
                service: Some(service.name.clone()),
                pool: Some(pool.name.clone()),
                member: Some(key.address),
                member_site: config.site_of(member).cloned(),
            };
            if let Some(kind) = self.turn(Kind::GsMemberDown, Kind::GsMemberUp, &about, &one) {
                let change = why.get(&key).filter(|change| change.to == standing);
                news.push(words::member(kind, now, about, standing, change));
            }
        }
        tally
    }

    /// The event of a subject, if it turned.
    fn turn(&mut self, down: Kind, up: Kind, about: &About, tally: &Tally) -> Option<Kind> {
        let key = (down, subject_of(about));
        if tally.members > 0 && tally.down == tally.members {
            self.down.insert(key).then_some(down)
        } else if tally.up > 0 {
            self.down.remove(&key).then_some(up)
        } else {
            None
        }
    }
}

/// What a pool or service comes to happens when its last member does.
fn latest(news: &[News], now: i64) -> i64 {
    news.iter().map(|news| news.at).max().unwrap_or(now)
}

/// Enabled members by their health.
#[derive(Debug, Default)]
struct Tally {
    members: usize,
    up: usize,
    down: usize,
}

impl Tally {
    fn of(health: Health) -> Tally {
        Tally { members: 1, up: usize::from(health == Health::Up), down: usize::from(health == Health::Down) }
    }

    fn add(&mut self, other: &Tally) {
        self.members += other.members;
        self.up += other.up;
        self.down += other.down;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab() -> Config {
        crate::declarative::read(include_str!("../../../examples/lab.yaml")).unwrap()
    }

    /// Sets members of the lab's pool, compares, and gives the kinds with their subjects' last words.
    fn step(seen: &mut Standings, config: &Config, healths: &[Health]) -> Vec<String> {
        let service = &config.services[0];
        let mut table = HealthTable::default();
        for (member, health) in service.pools[0].members.iter().zip(healths) {
            table.members.insert(MemberKey::of(service, &service.pools[0], member).unwrap(), *health);
        }
        let news = seen.compare(&config.services, config, &table, &HashMap::new(), 7);
        news.iter()
            .map(|n| format!("{} {}", n.kind, n.subject.split(' ').next_back().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn each_turn_of_a_blackout_is_one_event_and_first_verdicts_are_none() {
        use Health::{Down, Unknown, Up};
        let config = lab();
        let mut seen = Standings::default();
        let none: [String; 0] = [];
        assert_eq!(step(&mut seen, &config, &[Unknown, Unknown, Unknown]), none);
        assert_eq!(step(&mut seen, &config, &[Up, Up, Up]), none);
        assert_eq!(step(&mut seen, &config, &[Down, Up, Up]), ["GS_MEMBER_DOWN 10.10.25.46"]);
        assert_eq!(step(&mut seen, &config, &[Down, Up, Up]), none);
        assert_eq!(
            step(&mut seen, &config, &[Down, Down, Down]),
            [
                "GS_MEMBER_DOWN 10.10.26.40",
                "GS_MEMBER_DOWN 10.10.23.40",
                "GS_GROUP_DOWN hello-10",
                "GS_DOWN hello.avi.iberia.local"
            ]
        );
        // A monitor that is judged anew says nothing, and takes nothing back.
        assert_eq!(step(&mut seen, &config, &[Unknown, Unknown, Unknown]), none);
        assert_eq!(
            step(&mut seen, &config, &[Up, Down, Down]),
            ["GS_MEMBER_UP 10.10.25.46", "GS_GROUP_UP hello-10", "GS_UP hello.avi.iberia.local"]
        );
    }

    #[test]
    fn what_was_down_before_a_restart_is_not_told_twice_and_its_recovery_is_told() {
        use Health::{Down, Up};
        let config = lab();
        let mut seen = Standings::default();
        seen.remember([(Kind::GsMemberDown, "hello.avi.iberia.local hello-10 10.10.25.46".to_owned())]);
        let none: [String; 0] = [];
        assert_eq!(step(&mut seen, &config, &[Down, Up, Up]), none);
        assert_eq!(step(&mut seen, &config, &[Up, Up, Up]), ["GS_MEMBER_UP 10.10.25.46"]);
        seen.remember([(Kind::GsDown, "gone.example.org".to_owned())]);
        seen.keep(&config);
        assert!(seen.down.is_empty());
    }
}

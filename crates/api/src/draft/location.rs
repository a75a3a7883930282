use model::config::Location;
use model::{Label, Problems};
use serde::{Deserialize, Serialize};

use super::place::{beside_fields, degrees, lines, networks, or_nothing};
use super::{Form, optional, parse};

/// A location as its form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LocationDraft {
    /// Name.
    pub name: String,
    /// The site its members are counted to, or nothing.
    pub site: String,
    /// Networks, one a line.
    pub cidr: String,
    /// Degrees north, or nothing.
    pub latitude: String,
    /// Degrees east, or nothing.
    pub longitude: String,
    /// Whether its members are answered at all.
    pub enabled: bool,
    /// Whether its members take no new answers.
    pub draining: bool,
    /// Weight of each of its members, or nothing.
    pub weight: String,
}

impl LocationDraft {
    /// What a new location's form starts with.
    pub fn new() -> Self {
        LocationDraft { enabled: true, ..LocationDraft::default() }
    }

    /// The form of an existing location.
    pub fn of(location: &Location) -> Self {
        LocationDraft {
            name: location.name.to_string(),
            site: or_nothing(location.site.as_ref()),
            cidr: lines(&location.cidr),
            latitude: or_nothing(location.latitude.as_ref()),
            longitude: or_nothing(location.longitude.as_ref()),
            enabled: location.enabled,
            draining: location.draining,
            weight: or_nothing(location.weight.as_ref()),
        }
    }

    /// The form as it was posted.
    pub fn from_form(form: &Form) -> Self {
        LocationDraft {
            name: form.text("name"),
            site: form.text("site"),
            cidr: form.text("cidr").replace('\r', ""),
            latitude: form.text("latitude"),
            longitude: form.text("longitude"),
            enabled: form.ticked("enabled"),
            draining: form.ticked("draining"),
            weight: form.text("weight"),
        }
    }

    /// The location, or every problem under the name of its field.
    pub fn parse(&self) -> Result<Location, Problems> {
        let mut problems = Problems::default();
        let name: Option<Label> = parse(&mut problems, "name", &self.name);
        let site = optional(&mut problems, "site", &self.site);
        let cidr = networks(&mut problems, "cidr", &self.cidr);
        let latitude = degrees(&mut problems, "latitude", &self.latitude);
        let longitude = degrees(&mut problems, "longitude", &self.longitude);
        let weight = optional(&mut problems, "weight", &self.weight);
        let (enabled, draining) = (self.enabled, self.draining);
        let location = || {
            let (name, site, weight) = (name?, site?, weight?);
            Some(Location { name, site, cidr, latitude, longitude, enabled, draining, weight })
        };
        location().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        beside_fields(problems, "locations", &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::Config;

    #[test]
    fn a_form_read_from_a_location_gives_the_location_back() {
        let values = [
            serde_json::json!({"name": "az1"}),
            serde_json::json!({"name": "az2", "site": "Madrid", "cidr": ["10.10.25.0/24", "2001:db8::/32"],
                               "latitude": 40.42, "longitude": -3.7, "enabled": false, "draining": true, "weight": 7}),
        ];
        for value in values {
            let location: Location = serde_json::from_value(value).unwrap();
            assert_eq!(LocationDraft::of(&location).parse(), Ok(location));
        }
    }

    #[test]
    fn what_the_whole_configuration_says_stands_beside_its_field() {
        let draft = LocationDraft {
            name: "az1".to_owned(),
            site: "Mardid".to_owned(),
            latitude: "91".to_owned(),
            ..LocationDraft::new()
        };
        let config = Config { locations: vec![draft.parse().unwrap()], ..Config::default() };
        let problems = draft.beside_fields(model::check::check(&config).unwrap_err());
        let fields: Vec<&str> = problems.0.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["site", "latitude", "longitude"]);
    }
}

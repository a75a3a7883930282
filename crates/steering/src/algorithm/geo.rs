//! The nearest of several points on the globe.

/// A point as a unit vector: of two points the one of the larger product with a third is nearer to it by great circle,
/// and that is three multiplications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point([f64; 3]);

impl Point {
    /// From degrees north and east.
    pub fn new((latitude, longitude): (f64, f64)) -> Point {
        let (north, east) = (latitude.to_radians(), longitude.to_radians());
        let level = libm::cos(north);
        Point([level * libm::cos(east), level * libm::sin(east), libm::sin(north)])
    }

    /// Cosine of the angle between two points: 1 where they are the same, -1 for antipodes.
    pub fn nearness(self, other: Point) -> f64 {
        let [a, b] = [self.0, other.0];
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }
}

/// Mean radius of the Earth, kilometres (IUGG).
const RADIUS: f64 = 6371.0;

/// Length of the great circle between two places of degrees north and east, kilometres.
pub fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    RADIUS * libm::acos(Point::new(a).nearness(Point::new(b)).clamp(-1.0, 1.0))
}

/// The index of the point nearest to `client`; of two equally near, the first.
pub fn nearest(points: impl Iterator<Item = Point>, client: Point) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, point) in points.enumerate() {
        let nearness = point.nearness(client);
        if best.is_none_or(|(_, best)| nearness > best) {
            best = Some((index, nearness));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The haversine formula, kilometres.
    fn haversine(a: (f64, f64), b: (f64, f64)) -> f64 {
        let [(p1, l1), (p2, l2)] = [a, b].map(|(p, l): (f64, f64)| (p.to_radians(), l.to_radians()));
        let h = ((p2 - p1) / 2.0).sin().powi(2) + p1.cos() * p2.cos() * ((l2 - l1) / 2.0).sin().powi(2);
        2.0 * 6371.0 * h.sqrt().min(1.0).asin()
    }

    #[test]
    fn the_date_line_and_the_poles_are_no_borders() {
        let of = |degrees: &[(f64, f64)], client| {
            nearest(degrees.iter().map(|d| Point::new(*d)), Point::new(client))
        };
        assert_eq!(of(&[(0.0, 100.0), (0.0, -179.0)], (0.0, 179.0)), Some(1));
        assert_eq!(of(&[(60.0, 0.0), (89.0, 180.0)], (89.0, 0.0)), Some(1));
        assert_eq!(of(&[(40.42, -3.70), (41.39, 2.17)], (43.3, 5.4)), Some(1));
        assert_eq!(of(&[], (0.0, 0.0)), None);
    }

    proptest! {
        #[test]
        fn the_nearest_is_that_of_the_haversine_formula(
            points in prop::collection::vec((-90.0f64..90.0, -180.0f64..180.0), 1..8),
            client in (-90.0f64..90.0, -180.0f64..180.0)
        ) {
            let found = nearest(points.iter().map(|p| Point::new(*p)), Point::new(client)).unwrap();
            let least = points.iter().map(|p| haversine(*p, client)).fold(f64::MAX, f64::min);
            prop_assert!(haversine(points[found], client) - least < 0.001);
            prop_assert!((kilometres(points[found], client) - least).abs() < 0.5);
        }
    }
}

//! Events become deliveries: rules choose, channels carry.

//! Which evidence opens which way: Cedar policies, checked before they are served.

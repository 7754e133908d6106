"""HTTPS in a workshop without a public name: a certificate authority of its own."""

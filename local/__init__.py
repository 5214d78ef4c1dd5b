"""The whole system on one machine: real servers, services and gateway, without root or Docker."""

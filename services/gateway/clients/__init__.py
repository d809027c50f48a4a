"""What the gateway asks over HTTP: the services that it forwards to, and identity."""

"""Boards as Grafana reads them; written by `ioc boards generate`, never by hand."""

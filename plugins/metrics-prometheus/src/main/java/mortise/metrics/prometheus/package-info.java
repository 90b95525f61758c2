/**
 * Metrics and health over HTTP, for Prometheus and everything that reads its formats.
 *
 * <p>The HTTP is the least that serves a scraper: GET and HEAD, one request for each connection, no
 * body. Everything that a client can make it hold is bounded by a configuration key: connections,
 * scrapes at once, the size of a request, and the time that both sides together may take.
 */
package mortise.metrics.prometheus;

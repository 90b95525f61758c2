package mortise.broker.request;

import mortise.api.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A listener as clients see it.
 *
 * @param name the listener's name, for example {@code PLAINTEXT}
 * @param bound where it listens, with the real port
 * @param advertised what clients are told to connect to; null: the address that each client came by
 */
public record ListenerEndpoint(String name, HostPort bound, @Nullable HostPort advertised) {}

package mortise.broker.net;

import mortise.api.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A listener as the operator asks for it.
 *
 * @param name its name, for example {@code PLAINTEXT}
 * @param bind where to listen; port 0 lets the system choose
 * @param advertised what clients are told to connect to; null: the address that each came by
 */
public record ListenerConfig(String name, HostPort bind, @Nullable HostPort advertised) {}

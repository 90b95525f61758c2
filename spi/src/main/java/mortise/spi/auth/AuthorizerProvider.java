package mortise.spi.auth;

import mortise.spi.Provider;

/** A source of authorisers, chosen with {@code plugins.authorizer}. */
public interface AuthorizerProvider extends Provider<Authorizer> {}

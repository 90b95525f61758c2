package mortise.spi.auth;

/**
 * Who makes a request.
 *
 * @param type usually {@code User}
 * @param name the authenticated name; {@code ANONYMOUS} without authentication
 */
public record Principal(String type, String name) {
    /** A client that did not authenticate. */
    public static final Principal ANONYMOUS = new Principal("User", "ANONYMOUS");

    @Override
    public String toString() {
        return type + ":" + name;
    }
}

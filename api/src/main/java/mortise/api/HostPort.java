package mortise.api;

/**
 * A network address as an operator writes it: {@code host:port}, {@code [::1]:9092}.
 *
 * @param host a name or address, without brackets
 * @param port 0 to 65535; 0 lets the system choose where that is allowed
 */
public record HostPort(String host, int port) {
    public HostPort {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if the text is not {@code HOST:PORT}
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || (!bracketed && host.indexOf(':') >= 0)) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        try {
            return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT", noNumber);
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

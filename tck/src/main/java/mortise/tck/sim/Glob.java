package mortise.tck.sim;

/** Glob patterns as {@link java.nio.file.FileSystem#getPathMatcher} describes them. */
final class Glob {
    private Glob() {}

    /** The regular expression that matches what the glob matches. */
    static String toRegex(String glob) {
        StringBuilder regex = new StringBuilder();
        int braces = 0;
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            switch (c) {
                case '*' -> {
                    boolean across = i + 1 < glob.length() && glob.charAt(i + 1) == '*';
                    regex.append(across ? ".*" : "[^/]*");
                    i += across ? 1 : 0;
                }
                case '?' -> regex.append("[^/]");
                case '{' -> {
                    regex.append("(?:");
                    braces++;
                }
                case '}' -> {
                    regex.append(')');
                    braces--;
                }
                case ',' -> regex.append(braces > 0 ? "|" : ",");
                case '[' -> i = appendClass(glob, i, regex);
                case '\\' -> {
                    i++;
                    regex.append(java.util.regex.Pattern.quote(glob.substring(i, i + 1)));
                }
                default -> regex.append(java.util.regex.Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }

    private static int appendClass(String glob, int open, StringBuilder regex) {
        int close = glob.indexOf(']', open + 2);
        if (close < 0) {
            throw new java.util.regex.PatternSyntaxException("no ] for [", glob, open);
        }
        String body = glob.substring(open + 1, close).replace("\\", "\\\\");
        regex.append('[').append(body.startsWith("!") ? "^" + body.substring(1) : body);
        regex.append(']');
        return close;
    }
}

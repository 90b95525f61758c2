package mortise.junit;

/** How many tests share a broker. */
public enum Scope {
    /** All tests of the class, those of nested classes included. */
    CLASS,
    /** None: each test method has a broker of its own. */
    METHOD
}

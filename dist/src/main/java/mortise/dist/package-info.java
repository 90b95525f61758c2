/** The command line: one class per command. */
package mortise.dist;

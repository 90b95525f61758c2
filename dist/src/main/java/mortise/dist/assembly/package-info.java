/** Laying out a broker of chosen plugins, and comparing one with what it was laid out from. */
package mortise.dist.assembly;
